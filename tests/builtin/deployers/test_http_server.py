"""A folder from which a server is started by one command."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from runner.errors import ConfigError
from runner.record.read import Run
from runner_builtin.deployers.http_server import HttpServerDeployer


@pytest.fixture(scope="module")
def folder(bundle, tmp_path_factory):
    place = tmp_path_factory.mktemp("server")
    written = HttpServerDeployer(port=9000, engine="sklearn").deploy(bundle, place)
    assert sorted(written) == sorted(path for path in place.rglob("*") if path.is_file())
    return place


def test_it_holds_the_bundle_its_versions_and_where_it_listens(folder, bundle):
    Run.open(folder / "bundle").verify()
    settings = json.loads((folder / "settings.json").read_text())
    assert settings == {"host": "127.0.0.1", "port": 9000, "engine": "sklearn"}
    recorded = json.loads((bundle / "env" / "packages.json").read_text())
    lines = (folder / "requirements.lock").read_text().split()
    assert f"scikit-learn=={recorded['scikit-learn']}" in lines
    assert f"uvicorn=={recorded['uvicorn']}" in lines
    assert f"pytest=={recorded['pytest']}" not in lines


def test_the_start_command_serves_the_bundle_with_its_settings(folder, tmp_path):
    # a module that stands where the command does, and tells what it is asked
    (tmp_path / "runner" / "cli").mkdir(parents=True)
    for place in ("runner/__init__.py", "runner/cli/__init__.py"):
        (tmp_path / place).write_text("")
    (tmp_path / "runner" / "cli" / "__main__.py").write_text("import sys, json; print(json.dumps(sys.argv[1:]))")
    moved = shutil.copytree(folder, tmp_path / "moved")
    done = subprocess.run(
        [sys.executable, str(moved / "start.py"), "--port", "1"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    words = [
        "serve",
        str(moved / "bundle"),
        "--engine",
        "sklearn",
        "--host",
        "127.0.0.1",
        "--port",
        "9000",
        "--port",
        "1",
    ]
    assert json.loads(done.stdout) == words


def test_a_run_whose_environment_had_no_server_is_told_what_to_install(bundle, tmp_path):
    poor = shutil.copytree(bundle, tmp_path / "poor")
    place = poor / "env" / "packages.json"
    recorded = json.loads(place.read_text())
    place.write_text(json.dumps({name: version for name, version in recorded.items() if name != "uvicorn"}))
    (tmp_path / "to").mkdir()
    with pytest.raises(
        ConfigError, match=r"deployers\.http_server: a server needs uvicorn, .*pip install 'runner-ml\[serve\]'"
    ):
        HttpServerDeployer().deploy(poor, tmp_path / "to")


def test_extras_of_the_model_are_pinned_too(bundle, tmp_path):
    HttpServerDeployer(extras=["images"]).deploy(bundle, tmp_path)
    assert "scikit-image==" in (tmp_path / "requirements.lock").read_text()
