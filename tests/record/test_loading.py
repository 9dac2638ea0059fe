from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import ConfigError, DataError, IntegrityError, PluginError
from runner.record.fingerprint import fingerprint
from runner.record.loading import load

FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": [10.0, 20.0]})
FINGERPRINTS = {"raw": fingerprint(Dataset.of(FRAME))}


@dataclass
class Adding:
    """A model that adds up its columns as they come, weighted by their place."""

    text: str

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        return rows.to_numpy() @ np.arange(1, rows.shape[1] + 1)


class Sure(Adding):
    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        return np.ones((len(rows), 1))


class SafeExporter:
    loads = "model.txt"

    def load(self, path: Path, trusted_types: object) -> Adding:
        assert "my.Type" in trusted_types
        return Adding(path.read_text())


class UnsafeExporter:
    loads = "model.unsafe"
    runs_code = True

    def load(self, path: Path, sha: str) -> Sure:
        return Sure(f"{path.read_text()} {sha[:4]}")


class OneWayExporter:
    loads = None


EXPORTERS = {"safe": SafeExporter(), "unsafe": UnsafeExporter(), "one_way": OneWayExporter(), "fake": SafeExporter()}


def _load(path: Path, **options):
    return load(path, trusted_types=["my.Type"], exporters=EXPORTERS, **options)


def test_a_model_predicts_by_the_columns_it_was_trained_on(make_run) -> None:
    model = _load(make_run(files={"artifacts/safe/model.txt": "weights"}, fingerprints=FINGERPRINTS))
    assert model.pipeline.text == "weights"
    assert model.run.name == "digits"
    shuffled = FRAME.assign(target=["x", "y"])[["target", "b", "a"]]
    assert model.predict(shuffled).tolist() == model.predict(FRAME).tolist() == [21.0, 42.0]
    with pytest.raises(DataError, match="lack the column 'b'"):
        model.predict(FRAME[["a"]])


def test_the_safe_format_is_preferred_whatever_the_order_of_the_names(make_run) -> None:
    files = {"artifacts/one_way/m": "", "artifacts/unsafe/model.unsafe": "bad", "artifacts/safe/model.txt": "good"}
    digest = sha256(b"bad").hexdigest()
    assert _load(make_run(files=files), trust_pickle=digest).pipeline.text == "good"


def test_a_step_with_a_name_of_its_own_is_loaded_by_its_component(make_run) -> None:
    assert _load(make_run(files={"artifacts/own/model.txt": "mine"})).pipeline.text == "mine"


def test_a_format_that_runs_code_is_refused_without_a_word_of_trust(make_run) -> None:
    with pytest.raises(ConfigError, match=r"'model\.unsafe': loading such a file runs whatever code"):
        _load(make_run(files={"artifacts/unsafe/model.unsafe": "bad"}))


def test_trust_in_another_file_is_refused(make_run) -> None:
    path = make_run(files={"artifacts/unsafe/model.unsafe": "bad"})
    with pytest.raises(
        IntegrityError, match=rf"trust_pickle is 'beef', but the sha256 is {sha256(b'bad').hexdigest()}"
    ):
        _load(path, trust_pickle="beef")


def test_trust_in_this_very_file_loads_it(make_run) -> None:
    digest = sha256(b"bad").hexdigest()
    model = _load(make_run(files={"artifacts/unsafe/model.unsafe": "bad"}), trust_pickle=digest)
    assert model.pipeline.text == f"bad {digest[:4]}"
    assert model.predict_proba(FRAME).shape == (2, 1)


def test_a_changed_folder_is_refused_before_any_exporter_is_asked(make_run) -> None:
    path = make_run(files={"artifacts/safe/model.txt": "weights"})
    (path / "artifacts/safe/model.txt").write_text("forged!")
    with pytest.raises(IntegrityError, match=r"changed: 'artifacts/safe/model\.txt'"):
        load(path, trusted_types=[], exporters={})


def test_a_changed_folder_is_used_where_that_is_allowed(make_run) -> None:
    path = make_run(files={"artifacts/safe/model.txt": "weights"})
    (path / "artifacts/safe/model.txt").write_text("mine")
    assert _load(path, allow_modified=True).pipeline.text == "mine"


def test_a_model_tells_which_file_it_came_from(make_run) -> None:
    model = _load(make_run(files={"artifacts/safe/model.txt": "weights"}))
    assert (model.export, model.sha256, model.whole) == ("safe", sha256(b"weights").hexdigest(), False)


def test_an_exporter_that_is_not_installed_is_named(make_run) -> None:
    path = make_run(files={"artifacts/onnx/model.onnx": ""})
    with pytest.raises(PluginError, match="exported by 'onnx', which no installed plugin offers"):
        _load(path)


@pytest.mark.parametrize("files", [{}, {"artifacts/one_way/m": ""}, {"artifacts/safe/other.txt": ""}])
def test_a_run_without_a_model_to_read_back_is_told(make_run, files: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"\(failed\) holds no model that can be read back"):
        _load(make_run(files=files, state="failed"))


def test_a_model_without_probabilities_says_so(make_run) -> None:
    model = _load(make_run(files={"artifacts/safe/model.txt": "weights"}))
    with pytest.raises(ConfigError, match="gives no probabilities"):
        model.predict_proba(FRAME)
