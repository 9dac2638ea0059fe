"""Print as JSON what MLflow has at an address: `python recorded.py sqlite:///mlflow.db`.

A process of its own, because importing MLflow changes the warnings of a process.
"""

import json
import sys


def recorded(address, histories):
    from mlflow import MlflowClient  # this file may be imported to look for tests

    client = MlflowClient(address)
    found = []
    for experiment in client.search_experiments():
        for run in client.search_runs([experiment.experiment_id], max_results=1000):
            where = f"source_run_id = '{run.info.run_id}'"
            listed, files = [""], []
            while listed:
                for item in client.list_artifacts(run.info.run_id, listed.pop() or None):
                    (listed if item.is_dir else files).append(item.path)
            found.append(
                {
                    "id": run.info.run_id, "experiment": experiment.name, "name": run.info.run_name,
                    "status": run.info.status, "tags": run.data.tags, "params": run.data.params,
                    "metrics": run.data.metrics, "files": files,
                    "history": {
                        name: [[one.step, one.value] for one in client.get_metric_history(run.info.run_id, name)]
                        for name in histories
                    },
                    "models": [one.model_id for one in client.search_logged_models([experiment.experiment_id], where)]
                    if "://" in address else [],
                }
            )  # fmt: skip
    return found


if __name__ == "__main__":
    print(json.dumps(recorded(sys.argv[1], sys.argv[2:])))
