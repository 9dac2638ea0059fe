from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import runner
from runner.contracts import Exporter, FinishedRun
from runner.data import Dataset
from runner.errors import ConfigError, IntegrityError, PluginError
from runner.record import layout, manifest, strict_json
from runner_builtin.exporters.c_exporter import CExporter

ROWS = np.arange(40.0).reshape(20, 2)
PIPELINE = make_pipeline(LogisticRegression()).fit(ROWS, np.arange(20) // 10)
RUN = FinishedRun("e", PIPELINE, Dataset.of(ROWS), {}, [0, 1])


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def test_a_program_comes_back_for_the_one_who_names_its_sha256(tmp_path: Path) -> None:
    exporter = CExporter(name="tiny")
    assert isinstance(exporter, Exporter)
    written = exporter.export(RUN, tmp_path)
    assert sorted(path.name for path in written) == ["example.c", "model.json", "tiny.c", "tiny.h"]
    loaded = exporter.load(tmp_path / "model.json", digest(tmp_path / "model.json"))
    np.testing.assert_allclose(loaded.predict_proba(ROWS), PIPELINE.predict_proba(ROWS), atol=1e-5)


def test_the_same_pipeline_is_written_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        CExporter().export(RUN, tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_only_eight_bits_may_change_labels() -> None:
    assert (CExporter().tolerance, CExporter().may_change) == (1e-5, 0.0)
    assert (CExporter(precision="int8", changed=0.1).tolerance, CExporter("int8", changed=0.1).may_change) == (
        0.1,
        0.1,
    )


def test_a_name_that_is_none_in_c_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"name 'a;b' cannot begin"):
        CExporter(name="a;b").export(RUN, tmp_path)


def test_without_a_compiler_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PluginError, match="could not be proven to answer like the model, and nothing is written"):
        CExporter().export(RUN, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("changed", ["model.c", "model.h", "model.json"])
def test_files_that_nobody_vouches_for_are_not_compiled(
    changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    CExporter().export(RUN, tmp_path)
    vouched = digest(tmp_path / "model.json")
    with (tmp_path / changed).open("a") as file:
        file.write("\n")
    monkeypatch.setattr("subprocess.run", None)  # whoever compiles would find nothing to do it with
    with pytest.raises(IntegrityError, match=rf"{changed}' has sha256 .* Nothing was compiled"):
        CExporter().load(tmp_path / "model.json", vouched)


def test_a_newer_kind_of_file_is_refused(tmp_path: Path) -> None:
    CExporter().export(RUN, tmp_path)
    path = tmp_path / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 2}))
    with pytest.raises(IntegrityError, match=r"newer kind \(2\) than this release reads \(1\)"):
        CExporter().load(path, digest(path))


# --- in a run ----------------------------------------------------------------------------------------------

IRIS: dict[str, Any] = {
    "name": "iris",
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": "stratified_holdout",
    "transforms": ["standard_scale"],
    "model": "LogisticRegression",
    "metrics": ["accuracy"],
}
#: Compiled and loaded, it makes a file by itself.
_PLANTED = """
#include "model.h"
#include <stdio.h>
__attribute__((constructor)) static void planted(void) { fclose(fopen("%s", "w")); }
int model_predict(const model_row *r, model_work *w, model_answer *a) { (void)r; (void)w; (void)a; return 0; }
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return runner.run({**IRIS, "exporters": ["c"]}, outputs=tmp_path_factory.mktemp("runs")).path


def test_the_run_that_writes_a_program_has_it_proven_in_a_fresh_interpreter(run: Path) -> None:
    proof = strict_json.read(run / layout.PROOFS)["c"]
    assert (proof["fresh"], proof["labels"], proof["rows"]) == (True, 0, 150)
    assert proof["worst"] < 1e-5
    assert proof["edge_rows"] > 0


def test_a_run_folder_s_program_is_compiled_for_nobody_who_does_not_vouch_for_it(run: Path) -> None:
    for engine in (None, "c"):
        with pytest.raises(ConfigError, match="runs whatever code its author put into it, so it is not loaded"):
            runner.load(run, engine=engine)
    model = runner.load(run, trust_pickle=digest(run / "artifacts/c/model.json"))
    assert model.predict(ROWS[:3].repeat(2, axis=1)).shape == (3,)


def test_a_planted_program_is_neither_loaded_nor_run(run: Path, tmp_path: Path) -> None:
    vouched = digest(run / "artifacts/c/model.json")
    copy, touched = tmp_path / run.name, tmp_path / "touched"
    shutil.copytree(run, copy)
    (copy / "artifacts/c/model.c").write_text(_PLANTED % touched)
    (copy / manifest.MANIFEST).unlink()
    strict_json.write(copy / manifest.MANIFEST, manifest.build(copy))  # whoever plants a file can do that, too
    with pytest.raises(ConfigError, match="it is not loaded"):
        runner.load(copy)
    with pytest.raises(IntegrityError, match=r"model\.c' has sha256 .* Nothing was compiled"):
        runner.load(copy, trust_pickle=vouched)
    assert not touched.exists()
