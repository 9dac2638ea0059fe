"""Searches by Optuna beyond those that come with runner: `search=cmaes`, `search=nsga2`."""
