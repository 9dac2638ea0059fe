"""Runs and sweeps of runner on a Dask cluster: `executor=dask`."""
