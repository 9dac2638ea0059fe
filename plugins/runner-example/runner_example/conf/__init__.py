"""Configs of this plugin; they are found because this is a package."""
