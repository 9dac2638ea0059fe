"""Bundles made into something that runs."""
