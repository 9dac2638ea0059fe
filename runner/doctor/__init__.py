"""Is everything as it should be? Each file looks at one thing and tells what it found, and what mends it."""
