"""A Hydra app whose jobs do next to nothing: what a sweep of it costs is the sweep."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import hydra
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from telling import since_start


@hydra.main(config_path=os.environ["BENCHMARK_CONFIGS"], config_name="config", version_base="1.3")
def app(cfg: Any) -> float:
    began = Path(os.environ["BENCHMARK_BEGAN"])
    if not began.exists():
        began.write_text(str(since_start()))
    X, y = load_iris(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=cfg.seed)
    model = DummyClassifier(strategy="uniform", random_state=cfg.model.random_state).fit(X_train, y_train)
    score = float(accuracy_score(y_test, model.predict(X_test)))
    Path(hydra.core.hydra_config.HydraConfig.get().runtime.output_dir, "score.txt").write_text(str(score))
    return score


if __name__ == "__main__":
    app()
