"""Bundles made into something that runs: a server's folder, a container's build context, manifests of a cluster."""
