"""What makes data fit to learn from, with what was changed told."""
