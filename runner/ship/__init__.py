"""From a fitted pipeline to something that answers elsewhere: its signature, the proof of its exports, its bundle."""
