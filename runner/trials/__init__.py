"""Many trials at once: supervised worker processes, and what is carried out in them."""
