"""Models trained by gradients, models around models, and trainings of many at once."""
