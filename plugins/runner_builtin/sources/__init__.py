"""Where data come from: files, the web, databases, libraries, and other sources."""
