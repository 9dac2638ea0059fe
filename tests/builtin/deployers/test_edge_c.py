from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import runner
from runner.errors import ConfigError, IntegrityError, PluginError
from runner.record import manifest
from runner_builtin.deployers.edge_c import EdgeC

TABLE: dict[str, Any] = {
    "name": "edge",
    "source": {
        "use": "in_memory",
        "features": {
            "size": [1.0, 2.0, None, 4.0, 5.0, 6.0] * 10,
            "note": ["red car", "blue", "the car", "Été rouge", "blue bike", "x"] * 10,
        },
        "target": [0, 1, 0, 1, 1, 0] * 10,
    },
    "cleaners": [{"use": "fill_missing", "columns": ["size"]}],
    "splitter": "stratified_holdout",
    "transforms": [{"use": "tfidf", "columns": "note"}, {"use": "standard_scale", "columns": ["size"]}],
    "model": {"use": "softmax", "epochs": 5},
    "optimizer": "adam",
    "metrics": ["accuracy"],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    exporters = {"c": {"use": "c"}, "small": {"use": "c", "precision": "int8"}}
    declared = {**TABLE, "exporters": exporters, "deployers": ["edge_c"]}
    return runner.run(declared, outputs=tmp_path_factory.mktemp("runs")).path


@pytest.fixture
def edge(run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run / "deployments/edge_c", tmp_path / "edge"))


def made(edge: Path, name: str, *targets: str) -> str:
    done = subprocess.run(["make", "-C", edge / name, *targets], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["model-float32", "model-int8"])
def test_the_golden_rows_are_answered_alike_also_under_sanitizers(name: str, edge: Path) -> None:
    out = made(edge, name, "all", "test", "test-sanitized", "size")
    assert out.count("0 refused, 0 with another label") == 2
    n_rows = len(json.loads((edge / "golden.json").read_text())["predict"])
    assert f"{n_rows} rows" in out


def test_a_model_that_answers_otherwise_fails_its_test(edge: Path) -> None:
    source = edge / "model-float32/model.c"
    source.write_text(source.read_text().replace("answer->values[0] = 1 - ", "answer->values[0] = 2 - "))
    done = subprocess.run(["make", "-C", edge / "model-float32", "test"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "worst difference 1 " in done.stdout


def test_the_folder_tells_what_was_measured_and_lists_its_files(edge: Path) -> None:
    manifest.verify(edge)
    sizes = json.loads((edge / "sizes.json").read_text())
    memory = json.loads((edge / "model-float32/model.json").read_text())["memory"]
    assert sizes["model-float32"]["ram"] == memory["work"] + memory["row"] + memory["answer"]
    assert sizes["model-float32"]["flash"] > memory["flash"]
    readme = (edge / "README.md").read_text()
    for name, size in sizes.items():
        assert f"| `{name}` | {size['flash']:,} | {size['ram']:,} |" in readme
    assert "0 of " in readme
    assert json.loads((edge / "signature.json").read_text())["classes"] == [0, 1]


def bundle_of(run: Path, to: Path) -> Path:
    shutil.copytree(run / "artifacts", to / "artifacts")
    for name in ("signature.json", "proofs.json"):
        shutil.copyfile(run / name, to / name)
    shutil.copyfile(run / "deployments/edge_c/golden.json", to / "golden.json")
    return to


def deployed(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    EdgeC().deploy(bundle, tmp_path / "out")


def test_a_bundle_without_c_says_which_exporter_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "bundle/artifacts/skops").mkdir(parents=True)
    with pytest.raises(ConfigError, match=r"needs an export of the exporter 'c'; the bundle has 'skops'"):
        deployed(tmp_path / "bundle", tmp_path)


def test_two_exports_of_one_name_are_told_apart_or_refused(run: Path, tmp_path: Path) -> None:
    bundle = bundle_of(run, tmp_path / "bundle")
    shutil.copytree(bundle / "artifacts/c", bundle / "artifacts/again")
    with pytest.raises(
        ConfigError, match=r"two exports are called 'model' in float32\. Give one of them another 'name'"
    ):
        deployed(bundle, tmp_path)


def test_a_source_that_the_exporter_did_not_write_is_not_compiled(run: Path, tmp_path: Path) -> None:
    bundle = bundle_of(run, tmp_path / "bundle")
    (bundle / "artifacts/c/model.c").write_text('#include "/etc/passwd"\n')
    with pytest.raises(IntegrityError, match=r"model\.c' is not what the exporter wrote. Nothing was compiled"):
        deployed(bundle, tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "error"), [("name", "../x", ConfigError), ("precision", "x", IntegrityError)]
)
def test_a_forged_name_or_precision_is_refused(key: str, value: str, error: type, run: Path, tmp_path: Path) -> None:
    bundle = bundle_of(run, tmp_path / "bundle")
    path = bundle / "artifacts/c/model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(error, match=value):
        deployed(bundle, tmp_path)


def test_without_a_compiler_nothing_can_be_measured(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = bundle_of(run, tmp_path / "bundle")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PluginError, match="no C compiler was found"):
        deployed(bundle, tmp_path)
