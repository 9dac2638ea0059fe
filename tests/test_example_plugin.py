"""A stranger's plugin, from `pip install` to `pip uninstall`: in an environment of its own that also sees ours."""

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "plugins" / "runner-example"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Environment:
    """A virtual environment in which the example's source lies beside what is installed. folder: to work in."""

    python: Path
    packages: Path
    source: Path
    folder: Path

    @classmethod
    def make(cls, folder):
        """Make one that sees the packages of the running one, editable installs included."""
        venv.create(folder / "env", with_pip=False)
        python = folder / "env" / "bin" / "python"
        told = subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        packages = Path(told.stdout.strip())
        ours = sysconfig.get_path("purelib")
        (packages / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
        shutil.copytree(EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("__pycache__", ".*"))
        (folder / "work").mkdir()
        return cls(python, packages, folder / "source", folder / "work")

    def pip(self, *words):
        command = [sys.executable, "-m", "pip", "--python", self.python, "--quiet", *words]
        subprocess.run(command, check=True, capture_output=True)

    def install(self):
        self.pip("install", "--no-deps", "--no-build-isolation", self.source)

    def run(self, module, *words, folder=None):
        command = [self.python, "-P", "-m", module, *words]
        return subprocess.run(command, cwd=folder or self.folder, capture_output=True, text=True)

    def plugins(self):
        told = self.run("runner.cli", "plugins", "--json")
        return {plugin["distribution"]: plugin for plugin in json.loads(told.stdout)}

    def files(self):
        return {path for path in self.packages.rglob("*") if "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    environment = Environment.make(tmp_path_factory.mktemp("example"))
    environment.install()
    return environment


def test_it_is_listed_with_what_it_offers(installed):
    plugin = installed.plugins()["runner-example"]
    assert plugin["offers"] == {
        "cleaner": ["squeeze_spaces"],
        "optimizer": ["sign_sgd"],
        "exporter": ["json_weights"],
    }
    assert plugin["problems"] == []


def test_its_experiment_runs_and_its_exporter_has_written(installed):
    ended = installed.run("runner.cli", "+experiment=shouting")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (weights,) = installed.folder.glob("outputs/shouting/*/artifacts/json_weights/weights.json")
    assert json.loads(weights.read_text())["classes"] == ["numpy", "pandas", "scikit-learn", "scipy"]


def test_its_own_tests_pass(installed):
    ended = installed.run("pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "tests", folder=installed.source)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_uninstalled_it_is_gone_without_a_trace(tmp_path):
    environment = Environment.make(tmp_path)
    before, plugins = environment.files(), environment.plugins()
    environment.install()
    assert environment.plugins().keys() - plugins.keys() == {"runner-example"}
    environment.pip("uninstall", "--yes", "runner-example")
    assert environment.files() == before
    assert environment.plugins() == plugins
    ended = environment.run("runner.cli", "+experiment=shouting")
    assert ended.returncode == 2
    assert "shouting" in ended.stderr
    assert list(environment.folder.iterdir()) == []
