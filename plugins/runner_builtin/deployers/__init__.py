"""Bundles turned into something that runs."""
