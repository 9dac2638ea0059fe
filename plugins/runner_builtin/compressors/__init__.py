"""Fitted pipelines made smaller."""
