"""An example plugin for runner: a cleaner, an optimizer, an exporter and an experiment."""
