"""The built-ins pass the list that every plugin has to pass, as a stranger's would."""

import pandas as pd
import pytest

from runner.testing import checks
from runner_builtin.sklearn_names import MODELS, SPLITTERS, TRANSFORMS

#: scikit-learn's classes are offered under their own names; their contract is scikit-learn's to test.
STRANGERS = {*MODELS, *SPLITTERS, *TRANSFORMS}
TABLE = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": ["x", "y", "x", "y"], "kind": ["p", "q", "p", "q"]})


@pytest.fixture(scope="module", autouse=True)
def _files(tmp_path_factory):
    """The sources read relative to where the tests stand."""
    folder = tmp_path_factory.mktemp("files")
    TABLE.to_csv(folder / "table.csv", index=False)
    TABLE.to_json(folder / "table.jsonl", orient="records", lines=True)
    TABLE.to_parquet(folder / "table.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield


OPTIONS = {
    "source.csv": {"path": "table.csv", "target": "kind"},
    "source.json_lines": {"path": "table.jsonl", "target": "kind"},
    "source.parquet": {"path": "table.parquet", "target": "kind"},
    "source.in_memory": {"features": {"a": [1, 2, 3], "b": [0, 1, 0]}, "target": "b"},
    "source.sklearn_dataset": {"name": "wine"},
    "source.docstrings": {"per_library": 5},
    "search.tpe": {"trials": 15, "startup_trials": 5},
    "cleaner.allowed_values": {"values": {"a": {"min": -1.0}, "shape": ["square", "round"]}, "action": "drop"},
    "cleaner.cast": {"to": {"a": "string", "shape": "category"}},
    "cleaner.clip": {"lower_quantile": 0.05, "upper": 5.0},
    "cleaner.drop_columns": {"columns": {"pattern": "^[ab]$"}},
    "cleaner.near_duplicates": {"method": "minhash"},
    "cleaner.query": {"expression": "a > 0 or b < 1"},
    "cleaner.rare_categories": {"columns": {"pattern": "colour|shape"}, "min_count": 20},
    "cleaner.relabel": {"labels": {0: 2}},
    "cleaner.target_values": {"allowed": [1], "action": "drop"},
    "transform.svd": {"n_components": 2},
    "augmenter.synonyms": {"synonyms": {"red": ["crimson"], "small": ["tiny", "little"]}},
}


@pytest.mark.parametrize("check", checks("runner_builtin", options=OPTIONS, leave_out=STRANGERS), ids=str)
def test_conformance(check):
    check()
