"""Pages that explain a run or a sweep: one HTML file each that needs no server, no network and no other file."""
