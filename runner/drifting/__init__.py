"""Whether new rows still look like those that a model was made with."""
