from __future__ import annotations

import os
import pickle
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from runner.contracts import Exporter, FinishedRun
from runner.data import Dataset
from runner.errors import ExitCode, IntegrityError
from runner_builtin.exporters.pickle_exporter import PickleExporter

ROWS = np.arange(40.0).reshape(20, 2)


def test_a_pipeline_comes_back_for_the_one_who_names_its_sha256(tmp_path: Path) -> None:
    pipeline = make_pipeline(LogisticRegression()).fit(ROWS, np.arange(20) % 2)
    exporter = PickleExporter()
    assert isinstance(exporter, Exporter)
    (path,) = exporter.export(FinishedRun("e", pipeline, Dataset.of(ROWS), {}, [0, 1]), tmp_path)
    assert path.name == "model.unsafe.pkl"
    loaded = exporter.load(path, sha256(path.read_bytes()).hexdigest())
    np.testing.assert_array_equal(loaded.predict(ROWS), pipeline.predict(ROWS))


class Evil:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.target),)


def test_a_planted_pickle_is_refused_and_nothing_of_it_runs(tmp_path: Path) -> None:
    path, target = tmp_path / "model.unsafe.pkl", tmp_path / "touched"
    path.write_bytes(pickle.dumps(Evil(target)))
    with pytest.raises(IntegrityError, match=r"but 'beef' is the one trusted\. Nothing was loaded") as told:
        PickleExporter().load(path, "beef")
    assert told.value.exit_code == ExitCode.INTEGRITY
    assert not target.exists()
