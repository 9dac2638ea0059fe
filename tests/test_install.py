"""Installed as a stranger would: a wheel in a clean environment, used from an empty folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from runner.scaffold.files import write_new
from runner.scaffold.plugin import NewPlugin

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    for name in names.stdout.split():
        if (ROOT / name).is_file():
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment holding the wheel; the dependencies are lent by a path file, not copied."""
    place = tmp_path_factory.mktemp("env")
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    python = place / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(command, check=True)
    ours = sysconfig.get_paths()["purelib"]
    (site,) = place.glob("lib/python*/site-packages")
    # Appended behind the environment's own packages, and without the path files that make us importable from source.
    (site / "zz_dependencies.pth").write_text(f"{ours}\n")
    return python


def test_the_wheel_holds_the_configs_and_nothing_at_the_top_that_is_not_ours(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "runner/conf/experiment/digits.yaml" in names
    assert "runner/conf/runner.yaml" in names
    assert "runner/py.typed" in names
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"runner", "runner_builtin", "hydra_plugins"}


@pytest.mark.parametrize(
    "experiment",
    [
        "digits",
        "diabetes",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("breast_cancer", "docstrings", "forest")),
    ],
)
def test_every_shipped_experiment_runs_from_the_wheel_in_an_empty_folder(
    python: Path, tmp_path: Path, experiment: str
) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    where = "import runner; print(runner.__file__)"
    found = subprocess.run(
        [str(python), "-P", "-c", where], capture_output=True, text=True, check=True, env=environment
    )
    assert str(python.parent.parent) in found.stdout, "the wheel is used, not the source"
    command = [str(python.parent / "runner"), f"+experiment={experiment}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = (tmp_path / "outputs" / experiment).iterdir()
    assert (run / "artifacts/skops/model.skops").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"]


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Wheels of two plugins that know public names only: one by hand, one by the scaffold."""
    folder = tmp_path_factory.mktemp("strangers")
    leave_out = shutil.ignore_patterns("__pycache__", ".*", "build", "*.egg-info")
    shutil.copytree(ROOT / "plugins" / "runner-example", folder / "example", ignore=leave_out)
    write_new(folder / "acme", NewPlugin.of("acme", [("cleaner", None), ("optimizer", None)]).files())
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
    ]
    subprocess.run([*command, str(folder / "example"), str(folder / "acme")], check=True, capture_output=True)
    return sorted(folder.glob("*.whl"))


def test_two_strangers_are_installed_used_together_in_a_sweep_and_removed_without_a_trace(
    python: Path, strangers: list[Path], tmp_path: Path
) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    (site,) = python.parent.parent.glob("lib/python*/site-packages")

    def called(*words: str) -> str:
        command = [str(python), "-P", "-m", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def installed() -> set[Path]:
        return {path for path in site.rglob("*") if "__pycache__" not in path.parts}

    before, listed = installed(), called("runner.cli", "plugins", "--json")
    called("pip", "install", "--quiet", "--no-deps", "--no-index", *map(str, strangers))
    names, others = (
        {row["distribution"] for row in json.loads(told)}
        for told in (called("runner.cli", "plugins", "--json"), listed)
    )
    assert names - others == {"runner-acme", "runner-example"}
    words = ["+experiment=acme", "cleaners=[acme_cleaner]", "exporters=[json_weights]", "sweep.ship=none"]
    for optimizer in ("acme_optimizer", "sign_sgd"):
        rates = ["-m", f"optimizer={optimizer}", "optimizer.learning_rate=0.01,0.1", "model.l2=0,1e-3"]
        told = called("runner.cli", *words, *rates)
        assert "1 fused training (4 trials)" in told
        assert "4/4 trials" in told
    called("pip", "uninstall", "--quiet", "--yes", "runner-acme", "runner-example")
    assert installed() == before
    assert called("runner.cli", "plugins", "--json") == listed


def test_the_editable_install_reaches_the_working_tree() -> None:
    code = "import runner.conf, runner_builtin; print(runner.conf.__file__, runner_builtin.__file__)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    for path in done.stdout.split():
        assert "site-packages" in path or Path(path).is_relative_to(ROOT)
