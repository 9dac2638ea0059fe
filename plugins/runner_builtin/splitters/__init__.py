"""Which rows are learned from and which judge."""
