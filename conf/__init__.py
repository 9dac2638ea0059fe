"""The shipped declarations: the blank form and the named experiments."""
