from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest

from runner.code_digest import LIBRARIES, code_digest, library_versions
from runner.testing import make_catalogue

FILES = {
    "acme/__init__.py": "",
    "acme/hooks.py": "",
    "acme/model.py": "class Model: ...\n",
    "acme/deep/__init__.py": "",
    "acme/deep/loss.py": "def loss(): ...\n",
    "single.py": "class Model: ...\n",
    "library/__init__.py": "",
    "library/model.py": "class Model: ...\n",
    "library/other.py": "",
}


def digest(folder: Path, module: str, plugin: str, **changed: str) -> str:
    """Return the digest as a fresh process sees it. changed: file, "/" written as "__", -> other text."""
    edits = {name.replace("__", "/") + ".py": text for name, text in changed.items()}
    _write(folder, {**FILES, **edits})
    code = f"from runner.code_digest import code_digest; print(code_digest({module!r}, {plugin!r}))"
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_a_component_of_a_plugins_package_counts_with_its_neighbours(tmp_path: Path) -> None:
    before = digest(tmp_path, "acme.model", "acme.hooks")
    assert len(before) == 12
    assert digest(tmp_path, "acme.model", "acme.hooks") == before
    assert digest(tmp_path, "acme.model", "acme.hooks", acme__deep__loss="def loss(): return 1\n") != before
    assert digest(tmp_path, "acme.model", "acme.hooks", library__model="class Model: x = 1\n") == before


def test_one_that_is_taken_from_a_library_counts_by_its_own_module(tmp_path: Path) -> None:
    before = digest(tmp_path, "library.model", "acme.hooks")
    assert digest(tmp_path, "library.model", "acme.hooks", library__other="x = 1\n") == before
    assert digest(tmp_path, "library.model", "acme.hooks", library__model="class Model: x = 1\n") != before


def test_a_plugin_may_be_a_single_file(tmp_path: Path) -> None:
    before = digest(tmp_path, "single", "single")
    assert digest(tmp_path, "single", "single", acme__model="x = 1\n") == before
    assert digest(tmp_path, "single", "single", single="class Model: x = 1\n") != before


def test_the_versions_underneath_are_told_with_our_own_engine() -> None:
    found = library_versions()
    assert {name: found[name] for name in LIBRARIES} == {name: version(name) for name in LIBRARIES}
    own, _, engine = found["runner-ml"].partition(" ")
    assert own == version("runner-ml")
    assert len(engine) == 12


def test_built_ins_share_their_digest_and_scikit_learns_classes_do_not() -> None:
    catalogue = make_catalogue()
    hooks = "runner_builtin.hooks"
    softmax = catalogue.find("model", "softmax").code
    assert (
        softmax
        == f"softmax of runner-ml {version('runner-ml')} {code_digest('runner_builtin.models.linear_models', hooks)}"
    )
    assert softmax.split()[-1] == catalogue.find("transform", "tfidf").code.split()[-1]
    assert catalogue.find("model", "GaussianNB").code.split()[-1] != softmax.split()[-1]


@pytest.mark.parametrize("kind", ["model", "transform"])
def test_a_class_typed_in_has_no_file(kind: str) -> None:
    typed = type("Typed", (), {"__module__": "a_notebook"})
    assert make_catalogue({kind: {"typed": typed}}).find(kind, "typed").code.endswith(" typed-in")
