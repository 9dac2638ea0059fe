"""Features made ready for a model."""
