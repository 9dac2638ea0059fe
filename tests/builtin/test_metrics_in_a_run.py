"""The metrics as a declaration names them: scored per fold, kept as predictions, told with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.contracts import SourceContext
from runner.errors import ConfigError
from runner.execute.components import Components, build_components
from runner.execute.held_out import held_out
from runner.execute.intervals import intervals
from runner.execute.observing import Listeners
from runner.execute.trial import Trial, carry_out
from runner.plan.experiment import resolve
from runner.record.predictions import predictions_table, read_predictions
from runner.testing import make_catalogue

CLASSES: list[Any] = [
    *("accuracy", "balanced_accuracy", "brier", "cohen_kappa", "confusion_matrix", "expected_calibration_error"),
    *("f1", "log_loss", "mcc", "pr_auc", "precision", "recall", "roc_auc"),
    *({"use": "fbeta", "beta": 0.5}, {"use": "top_k", "k": 2}, {"use": "scorer", "name": "jaccard_macro"}),
]
VALUES: list[Any] = [
    *("explained_variance", "mae", "mape", "max_error", "median_absolute_error", "mse", "r2", "rmse"),
    *({"use": "pinball", "alpha": 0.9}, {"use": "scorer", "name": "neg_mean_squared_error"}),
]


def carried_out(source: str, model: str, metrics: list[Any], **more: Any) -> tuple[Components, Trial]:
    declared = {
        "source": {"use": "sklearn_dataset", "name": source},
        "splitter": {"use": "kfold", "folds": 3},
        "model": model,
        "metrics": metrics,
        "executor": "inline",
        **more,
    }
    experiment = resolve(declared, make_catalogue())
    components = build_components(experiment, Path())
    return components, carry_out(experiment, components, SourceContext(Path(), 0), Listeners())


@pytest.mark.parametrize(
    ("source", "model", "metrics"),
    [("iris", "GaussianNB", CLASSES), ("diabetes", "DecisionTreeRegressor", VALUES)],
    ids=["classes", "values"],
)
def test_every_score_can_be_computed_again_from_the_table_and_lies_in_its_interval(
    source: str, model: str, metrics: list[Any], tmp_path: Path
) -> None:
    components, trial = carried_out(source, model, metrics)
    path = tmp_path / "predictions.csv"
    path.write_text(predictions_table(held_out(trial.folds)), encoding="utf-8", newline="")
    held = read_predictions(path)
    for called in components.many("metrics"):
        again = [called.component.score(part.truth, part.prediction) for part in held]
        assert again == [fold[called.name] for fold in trial.metrics.folds], called.name
    told = intervals(components.many("metrics"), held, seed=0)
    assert set(told) == set(trial.metrics.total) - {"confusion_matrix"}
    for name, interval in told.items():
        if name != "max_error":
            assert interval.low <= trial.metrics.total[name].mean <= interval.high, name


def test_each_class_is_told_and_does_not_rank() -> None:
    each = {"use": "f1", "average": None}
    _, trial = carried_out("iris", "GaussianNB", [each, "accuracy"], splitter="stratified_holdout")
    assert trial.metrics.primary == "accuracy"
    assert len(trial.metrics.total["f1"].mean) == 3


def test_a_scorer_of_values_is_refused_for_a_model_of_classes_before_training() -> None:
    with pytest.raises(ConfigError, match=r"metrics.scorer: .*is for regression, but model 'GaussianNB'"):
        carried_out("iris", "GaussianNB", [{"use": "scorer", "name": "r2"}])
