"""Which trials of a sweep are run."""
