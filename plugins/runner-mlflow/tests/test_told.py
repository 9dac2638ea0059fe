"""Events as parameters, metrics and tags of MLflow."""

import warnings

import pytest

pytest.importorskip("runner_mlflow", reason="runner-mlflow is not installed")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # MLflow's own, while it is imported
    from runner_mlflow.told import code_tags, curves_of, folds_of, metrics_of, params_of, status_of, totals_of


def plain(metrics):
    return [(one.key, one.value, one.step) for one in metrics]


def test_each_leaf_of_a_declaration_is_a_parameter():
    told = {"model": {"use": "mlp", "sizes": [8, 4], "dropout": None}, "compressors": {}, "about": {"é": True}}
    assert {one.key: one.value for one in params_of(told)} == {
        "model.use": "mlp", "model.sizes.0": "8", "model.sizes.1": "4", "model.dropout": "null",
        "compressors": "{}", "about._": "true",
    }  # fmt: skip


def test_only_numbers_are_metrics():
    told = {"f1": 0.5, "confusion_matrix": [[1]], "none": None, "a+b": 1}
    assert plain(metrics_of(told, 2.0, 3, "fold/")) == [("fold/f1", 0.5, 3), ("fold/a_b", 1.0, 3)]
    assert metrics_of({"f1": 1}, 2.5)[0].timestamp == 2500


def test_epochs_count_on_from_those_before():
    assert plain(curves_of({"loss": [0.5, 0.4]}, 0, 10, "fold_1/")) == [
        ("fold_1/loss", 0.5, 11),
        ("fold_1/loss", 0.4, 12),
    ]


@pytest.mark.parametrize("curves", [True, False])
def test_the_curves_of_trials_can_be_left_out(curves):
    folds = [{"metrics": {"f1": 0.5}, "curves": {"loss": [0.1]}}]
    told = [("fold/f1", 0.5, 1), *([("fold_1/loss", 0.1, 1)] if curves else [])]
    assert plain(folds_of(folds, 0, curves=curves)) == told


def test_totals_have_their_spread_and_interval_beside_them():
    metrics = {
        "total": {"f1": {"mean": 0.5, "std": 0.1, "n": 5}},
        "intervals": {"f1": {"low": 0.4, "high": None, "confidence": 0.95}},
    }
    assert plain(totals_of(metrics, 0)) == [("f1", 0.5, 0), ("f1_std", 0.1, 0), ("f1_low", 0.4, 0)]


def test_code_has_the_names_that_mlflow_shows():
    told = code_tags({"command": ["runner", "-m"], "code": {"commit": "abc", "branch": "main", "dirty": False}})
    assert told["mlflow.source.git.commit"] == "abc"
    assert told["mlflow.source.name"] == "runner -m"
    assert told["runner.code.dirty"] == "False"
    assert "mlflow.source.git.commit" not in code_tags({"code": None})


@pytest.mark.parametrize(
    ("state", "status"), [("done", "FINISHED"), ("pruned", "FINISHED"), ("interrupted", "KILLED"), ("oom", "FAILED")]
)
def test_states_are_told_in_words_of_mlflow(state, status):
    assert status_of(state) == status
