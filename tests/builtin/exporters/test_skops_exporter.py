from __future__ import annotations

import json
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.cluster import Birch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from runner.contracts import Exporter, FinishedRun
from runner.data import Dataset
from runner.errors import ExitCode, IntegrityError, PluginError
from runner_builtin.exporters.skops_exporter import SkopsExporter
from runner_builtin.exporters.trusted_types import TRUSTED_TYPES

ROWS = np.arange(40.0).reshape(20, 2)
LABELS = np.arange(20) % 2


def _finished(*steps: Any) -> FinishedRun:
    pipeline = make_pipeline(*steps, LogisticRegression()).fit(ROWS, LABELS)
    return FinishedRun("digits", pipeline, Dataset.of(ROWS[:2]), {}, [0, 1])


def test_it_is_an_exporter() -> None:
    assert isinstance(SkopsExporter(), Exporter)


@pytest.mark.parametrize("compression", [0, 1, 9])
def test_a_pipeline_comes_back_and_predicts_the_same(tmp_path: Path, compression: int) -> None:
    run = _finished(StandardScaler())
    exporter = SkopsExporter(compression)
    (path,) = exporter.export(run, tmp_path)
    assert path == tmp_path / "model.skops"
    np.testing.assert_array_equal(
        exporter.load(path, TRUSTED_TYPES).predict_proba(ROWS), run.pipeline.predict_proba(ROWS)
    )


def test_compression_makes_the_file_smaller(tmp_path: Path) -> None:
    sizes = []
    for level in (0, 1):
        folder = tmp_path / str(level)
        folder.mkdir()
        sizes.append(SkopsExporter(level).export(_finished(StandardScaler()), folder)[0].stat().st_size)
    assert sizes[1] < sizes[0] / 1.5


TOUCHED: list[str] = []


def touch(rows: Any) -> Any:
    """What a forged file would like to have called."""
    TOUCHED.append("called")
    return rows


def test_a_file_with_a_type_that_is_not_trusted_is_refused_and_nothing_of_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    skops.io.dump(make_pipeline(FunctionTransformer(partial(touch))), path)
    TOUCHED.clear()
    with pytest.raises(IntegrityError, match=r"'functools\.partial', '.*touch'\. Nothing was loaded") as told:
        SkopsExporter().load(path, TRUSTED_TYPES)
    assert told.value.exit_code == ExitCode.INTEGRITY
    assert TOUCHED == []


@pytest.mark.parametrize("loader", ["FunctionNode", "TypeNode", "ConstructorFromReduceNode", "ObjectNode"])
def test_a_forged_file_cannot_reach_a_command_by_any_kind_of_node(tmp_path: Path, loader: str) -> None:
    path, target = tmp_path / "model.skops", tmp_path / "touched"
    argument = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "is_json": True}
    arguments = {
        "__class__": "tuple",
        "__module__": "builtins",
        "__loader__": "TupleNode",
        "content": [{**argument, "content": json.dumps(f"touch {target}")}],
    }
    forged = {"__class__": "system", "__module__": "os", "__loader__": loader, "content": arguments}
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("schema.json", json.dumps({**forged, "protocol": 2, "_skops_version": skops.__version__}))
    with pytest.raises(IntegrityError, match=r"not trusted: 'os\.system'"):
        SkopsExporter().load(path, TRUSTED_TYPES)
    assert not target.exists()


def test_what_is_no_skops_file_is_an_integrity_error(tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    for content in (b"", b"no zip", b"PK\x05\x06" + b"\0" * 18):
        path.write_bytes(content)
        with pytest.raises(IntegrityError, match=r"model\.skops' is no skops file"):
            SkopsExporter().load(path, TRUSTED_TYPES)


def test_a_model_of_a_package_that_is_not_installed_says_which(tmp_path: Path) -> None:
    (path,) = SkopsExporter().export(_finished(StandardScaler()), tmp_path)
    with zipfile.ZipFile(path) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    schema = contents["schema.json"].replace(b"sklearn.preprocessing._data", b"acme_models")
    with zipfile.ZipFile(path, "w") as file:
        for name, content in {**contents, "schema.json": schema}.items():
            file.writestr(name, content)
    with pytest.raises(PluginError, match="that is not installed here: No module named 'acme_models'"):
        SkopsExporter().load(path, [*TRUSTED_TYPES, "acme_models.StandardScaler"])


def test_a_step_that_cannot_be_saved_is_told_with_the_steps(tmp_path: Path) -> None:
    pipeline = Pipeline([("birch", Birch()), ("model", LogisticRegression())])
    run = FinishedRun("digits", pipeline, Dataset.of(ROWS), {}, None)
    with pytest.raises(PluginError, match=r"cannot be saved as skops: .*Birch.*birch \(Birch\), model \(Log"):
        SkopsExporter().export(run, tmp_path)
