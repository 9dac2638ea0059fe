"""Bundles made into something that runs: a server, a container, a cluster's manifests, a folder for the edge."""
