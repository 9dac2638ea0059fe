"""A finished model behind HTTP: what a request says, whether it may, what the model answers, how that is written."""
