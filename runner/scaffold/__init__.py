"""Something to start from: a plugin package, one more component, an experiment (`runner new`).

The files are written from the texts in `templates/`: one component and one test for each kind, small but whole. They
are for people to change, so nothing here is ever imported by what was made.
"""
