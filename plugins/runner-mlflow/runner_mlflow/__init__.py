"""Runs and sweeps of runner in MLflow: `trackers=[mlflow]`."""
