"""The components that ship with the core; they enter by the same door as a stranger."""
