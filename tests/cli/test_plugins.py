"""Installed plugins, the sound and the others, as `runner plugins` and a run meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.testing import Project

QUICK = ("+experiment=digits", "model.epochs=1", "augmenters=[]")

SOUND = """\
from runner import hookimpl

@hookimpl
def runner_cleaners():
    return {"shout": "%s.cleaners:Shout"}
"""

CLEANERS = """\
class Shout:
    \"\"\"Clean nothing, loudly.\"\"\"

    def __init__(self, volume: int = 11) -> None:
        self.volume = volume

    def clean(self, dataset):
        return dataset
"""


def installed(site: Path, name: str, hooks: str, *, point: str | None = None, version: str = "1.0") -> None:
    """Install a distribution the way an installer leaves it: a package and its metadata."""
    package = site / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "hooks.py").write_text(hooks)
    (package / "cleaners.py").write_text(CLEANERS)
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[runner.plugins]\n{point or name} = {name}.hooks\n")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


@pytest.fixture
def project(tmp_path: Path, site: Path) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder, environment={"PYTHONPATH": str(site)})


def listed(project: Project) -> dict[str, dict[str, object]]:
    rows = json.loads(project.run("plugins", "--json").assert_success().out)
    return {row["distribution"]: row for row in rows}


def test_a_sound_plugin_is_listed_used_and_completed(project: Project, site: Path) -> None:
    installed(site, "acme", SOUND % "acme")
    assert listed(project)["acme"]["offers"] == {"cleaner": ["shout"]}
    assert "volume" in project.run("plugins", "cleaner", "shout").assert_success().out
    assert "shout" in project.run("--help").assert_success().out
    run = project.run(*QUICK, "cleaners=[shout]", "cleaners.shout.volume=3").assert_success().run
    assert run.config["cleaners"]["shout"] == {"use": "shout", "volume": 3, "rows": "all"}


@pytest.mark.fault("F91", "F93", "F95")
@pytest.mark.parametrize(
    ("hooks", "reason"),
    [
        ("import torhc\n", "ModuleNotFoundError: No module named 'torhc'"),
        ("raise SystemExit('no licence')\n", "SystemExit: no licence"),
        (
            "from runner import hookimpl\n\n@hookimpl\ndef runner_modelz():\n    return {}\n",
            "Did you mean 'runner_models'",
        ),
        ("api_version = '9.0'\n", "needs runner's plugin API 9.0"),
        ("def broken(:\n", "SyntaxError"),
    ],
)
def test_a_broken_plugin_is_listed_with_its_reason_and_the_rest_works(
    project: Project, site: Path, hooks: str, reason: str
) -> None:
    installed(site, "acme_broken", hooks)
    assert reason in str(listed(project)["acme-broken"]["problems"])
    project.run(*QUICK).assert_success()
    message = project.run(*QUICK, "cleaners=[whisper]").assert_code(4).err
    assert "acme-broken 1.0" in message
    assert "Traceback" not in message


@pytest.mark.fault("F92")
def test_two_distributions_with_one_entry_point_name_are_never_order_dependent(project: Project, site: Path) -> None:
    installed(site, "acme_a", SOUND % "acme_a", point="acme")
    installed(site, "acme_b", SOUND % "acme_b", point="acme", version="2.0")
    rows = listed(project)
    assert rows["acme-a"]["contested"]
    assert rows["acme-b"]["contested"]
    message = project.run(*QUICK, "cleaners=[shout]").assert_code(4).err
    assert "acme-a 1.0" in message
    assert "acme-b 2.0" in message
    assert "'acme-b:shout'" in message
    project.run(*QUICK).assert_success()
    run = project.run(*QUICK, "cleaners=['acme-b:shout']").assert_success().run
    assert run.config["cleaners"]["shout"]["use"] == "acme-b:shout"
    hidden = Project(project.folder, environment={**project.environment, "RUNNER_DISABLE": "acme-a"})
    hidden.run(*QUICK, "cleaners=[shout]").assert_success()


@pytest.mark.fault("F94")
def test_a_plugin_that_meddles_while_loading_is_put_right_and_named(project: Project, site: Path) -> None:
    meddling = "import os, signal\nprint('hello')\nos.chdir('/')\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    installed(site, "acme", meddling + SOUND % "acme")
    remarks = " ".join(str(remark) for remark in listed(project)["acme"]["remarks"])  # type: ignore[attr-defined]
    for change in ("printed to the standard output: 'hello'", "working directory", "signal handlers"):
        assert change in remarks
    outcome = project.run(*QUICK).assert_success()
    assert "hello" not in outcome.out
    assert outcome.runs, "the run folder is where one stands"


def test_names_and_options_are_listed_as_json_too(project: Project) -> None:
    names = json.loads(project.run("plugins", "optimizer", "--json").assert_success().out)
    assert {"sgd", "adam"} <= {row["name"] for row in names}
    adam = json.loads(project.run("plugins", "optimizer", "adam", "--json").assert_success().out)
    assert {"name": "beta1", "type": "float, >= 0, < 1", "default": "0.9"} in adam["options"]


@pytest.mark.parametrize(
    ("words", "told"),
    [(["modle"], "there is no kind 'modle'. Did you mean 'model'?"), (["model", "mlpp"], "Did you mean 'mlp'")],
)
def test_a_wrong_word_is_told(project: Project, words: list[str], told: str) -> None:
    assert told in project.run("plugins", *words).assert_code(2).err
