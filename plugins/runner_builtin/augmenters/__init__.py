"""More training rows from those there are."""
