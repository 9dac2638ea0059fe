"""Fitted pipelines written for others."""
