"""The built-ins pass the list that every plugin has to pass, as a stranger's would."""

import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from runner.record.environment import packages
from runner.testing import checks
from runner_builtin.sklearn_names import MODELS, SPLITTERS, TRANSFORMS
from tests.servers.fault_server import FaultServer

#: scikit-learn's classes are offered under their own names; their contract is scikit-learn's to test.
STRANGERS = {*MODELS, *SPLITTERS, *TRANSFORMS}
#: Loads from the network, which is not here; its own tests fill its cache.
REMOTE = {"openml"}
TABLE = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": ["x", "y", "x", "y"], "kind": ["p", "q", "p", "q"]})


@pytest.fixture(scope="module", autouse=True)
def _files(tmp_path_factory):
    """The sources read relative to where the tests stand."""
    folder = tmp_path_factory.mktemp("files")
    TABLE.to_csv(folder / "table.csv", index=False)
    folds = pd.DataFrame({"row_id": range(60), "fold": [row % 3 for row in range(60)]})
    folds.to_csv(folder / "folds.csv", index=False)
    TABLE.to_json(folder / "table.jsonl", orient="records", lines=True)
    TABLE.to_json(folder / "table.json", orient="records")
    TABLE.to_excel(folder / "table.xlsx", index=False)
    TABLE.to_parquet(folder / "table.parquet")
    with closing(sqlite3.connect(folder / "table.db")) as database:
        TABLE.to_sql("rows", database, index=False)
    for kind in ("p", "q"):
        (folder / "files" / kind).mkdir(parents=True)
        (folder / "files" / kind / "text.txt").write_text(kind)
        (folder / "files" / kind / "image.pgm").write_bytes(b"P5 2 1 255\n" + kind.encode() * 2)
    (folder / "images.idx").write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4]))
    (folder / "labels.idx").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 0, 1]))
    (folder / "wheels").mkdir()
    for name, version in packages().items():
        wheel = f"{name.replace('-', '_').replace('.', '_')}-{version}-py3-none-any.whl"
        (folder / "wheels" / wheel).write_bytes(name.encode())
    table = (folder / "table.csv").read_bytes()
    with (
        FaultServer({"/table.csv": lambda exchange: exchange.answer(table)}) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        OPTIONS["source.http"]["url"] = server.url("/table.csv")
        OPTIONS["deployer.container"]["wheels"] = str(folder / "wheels")
        patch.chdir(folder)
        yield


CSV = {"use": "csv", "path": "table.csv"}
OPTIONS = {
    "metric.scorer": {"name": "jaccard_weighted"},
    "metric.top_k": {"k": 2},
    "source.concat": {"sources": {"first": {**CSV, "target": "kind"}, "second": {**CSV, "target": "kind"}}},
    "source.http": {"allow_http": True, "read": {"use": "csv", "target": "kind"}},
    "source.join": {
        "sources": {"first": {**CSV, "target": "kind"}, "second": {**CSV, "features": ["a"]}},
        "on": ["a"],
    },
    "source.csv": {"path": "table.csv", "target": "kind"},
    "source.excel": {"path": "table.xlsx", "target": "kind"},
    "source.generated": {"make": "moons", "options": {"noise": 0.2}},
    "source.idx": {"images": "images.idx", "labels": "labels.idx"},
    "source.image_files": {"path": "files"},
    "source.json": {"path": "table.json", "target": "kind"},
    "source.json_lines": {"path": "table.jsonl", "target": "kind"},
    "source.parquet": {"path": "table.parquet", "target": "kind"},
    "source.in_memory": {"features": {"a": [1, 2, 3], "b": [0, 1, 0]}, "target": "b"},
    "source.sklearn_dataset": {"name": "wine"},
    "source.sql": {"url": "sqlite:///table.db", "table": "rows", "target": "kind"},
    "source.text_files": {"path": "files"},
    "source.docstrings": {"per_library": 5},
    "compressor.distill": {"model": {"use": "LogisticRegression"}},
    "compressor.tree_limit": {"trees": 3, "max_depth": 2},
    "deployer.container": {"base": f"python:3.12-slim@sha256:{64 * '0'}", "wheels": None},
    "deployer.kubernetes": {"image": "registry.example.org/model:1"},
    "transform.hog": {"cell": 4},
    "transform.resize": {"size": [4, 6]},
    "search.tpe": {"trials": 15, "startup_trials": 5},
    "cleaner.allowed_values": {"values": {"a": {"min": -1.0}, "shape": ["square", "round"]}, "action": "drop"},
    "cleaner.cast": {"to": {"a": "string", "shape": "category"}},
    "cleaner.clip": {"lower_quantile": 0.05, "upper": 5.0},
    "cleaner.drop_columns": {"columns": {"pattern": "^[ab]$"}},
    "cleaner.isolation_outliers": {"trees": 10},
    "cleaner.label_noise": {"n_splits": 2},
    "cleaner.near_duplicates": {"method": "minhash"},
    "cleaner.query": {"expression": "a > 0 or b < 1"},
    "cleaner.rare_categories": {"columns": {"pattern": "colour|shape"}, "min_count": 20},
    "cleaner.relabel": {"labels": {0: 2}},
    "cleaner.target_values": {"allowed": [1], "action": "drop"},
    "transform.svd": {"n_components": 2},
    "augmenter.synonyms": {"synonyms": {"red": ["crimson"], "small": ["tiny", "little"]}},
    "splitter.by_column": {"column": "part", "test": ["test"], "validation": ["validation"]},
    "splitter.by_file": {"file": "folds.csv"},
    "model.calibrated": {"model": {"use": "LogisticRegression"}, "folds": 2},
    "model.searched": {"model": {"use": "LogisticRegression"}, "grid": {"C": [0.1, 1.0]}, "folds": 2},
    "model.multilabel": {"model": {"use": "LogisticRegression"}},
    "model.tuned_threshold": {"model": {"use": "LogisticRegression"}, "folds": 2},
}


@pytest.mark.parametrize("check", checks("runner_builtin", options=OPTIONS, leave_out=STRANGERS | REMOTE), ids=str)
def test_conformance(check):
    check()
