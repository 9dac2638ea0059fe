"""`runner ship` and `runner compare --pareto`, as a person would type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.cli.ship import _setting, main
from runner.errors import ConfigError
from runner.record.read import Run
from runner.testing import Project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("project"))
    chains = "compressors=[],[quantize]"
    made.run("-m", "+experiment=iris_svc", "sweep.grid={model.C: [1.0]}", chains, timeout=400).assert_success()
    return made


def test_a_sweep_is_shipped_by_its_name_with_options_of_its_steps(project: Project) -> None:
    words = ("--compressors", "prune,quantize", "--with", "compressors.prune.sparsity=0.2", "--to", "small", "--json")
    told = json.loads(project.run("ship", "sweep-", *words, timeout=400).assert_success().out)
    assert told["bundle"] == "small"
    bundle = Run.open(project.folder / "small")
    bundle.verify()
    assert [size.step for size in bundle.sizes] == ["trained", "prune", "quantize"]
    assert bundle.config["compressors"]["prune"]["sparsity"] == 0.2


def test_the_trials_that_nothing_beats_are_listed(project: Project) -> None:
    told = json.loads(
        project.run("compare", "sweep-", "--pareto", "model_bytes", "--json", timeout=400).assert_success().out
    )
    sizes = {bool(one["settings"]["compressors"]): one["model_bytes"] for one in told}
    assert sizes[True] < sizes[False]


def test_a_setting_is_read_as_yaml() -> None:
    assert _setting("exporters.onnx.opset=17") == ("exporters.onnx.opset", 17)
    assert _setting("deployers.container.extras=[images]")[1] == ["images"]


@pytest.mark.parametrize("word", ["compressors.prune.sparsity", "=3"])
def test_a_setting_without_key_or_value_is_a_mistake(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["x", "--with", word])
    assert "sets nothing; write KEY=VALUE" in capsys.readouterr().err


def test_a_run_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="no finished run 'nothing'"):
        main(["nothing"])
