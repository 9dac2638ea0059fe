"""A fitted pipeline as C99: steps become calls of small functions (`runtime/*.c`) over constant tables."""
