"""The build context of a container: a fixed Dockerfile, hash-locked, and everything else in files."""

import json
import re

import pytest

from runner.errors import ConfigError
from runner.record.read import Run
from runner.testing import make_catalogue
from runner_builtin.deployers.container import ContainerDeployer

BASE = f"python:3.12-slim@sha256:{'ab' * 32}"


@pytest.fixture(scope="module")
def context(bundle, wheels, tmp_path_factory):
    folder = tmp_path_factory.mktemp("context")
    written = ContainerDeployer(base=BASE, wheels=str(wheels)).deploy(bundle, folder)
    assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())
    return folder


def test_the_dockerfile_is_the_template_with_its_base(context):
    lines = (context / "Dockerfile").read_text().splitlines()
    assert lines[0] == f"FROM {BASE}"
    assert "@BASE@" not in "".join(lines)
    assert "USER 10001:10001" in lines
    assert lines[-1] == 'ENTRYPOINT ["python", "start.py"]'
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    # no line is given to a shell
    assert all(json.loads(line.partition(" ")[2]) for line in lines if line.startswith(("RUN", "ENTRYPOINT")))
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]]
    assert all((context / name).exists() for name in copied)


def test_nothing_of_the_declaration_is_in_the_dockerfile(context):
    text = (context / "Dockerfile").read_text()
    assert "wine" not in text
    assert json.loads((context / "settings.json").read_text()) == {"host": "0.0.0.0", "port": 8080}


def test_every_requirement_is_locked_by_a_hash_and_the_wheels_lie_there(context):
    lines = (context / "requirements.lock").read_text().splitlines()
    assert lines[:3] == ["--only-binary :all:", "--find-links wheels", "--no-index"]
    assert all(re.fullmatch(r"[\w.-]+==\S+( --hash=sha256:[0-9a-f]{64})+", line) for line in lines[3:])
    names = {line.partition("==")[0] for line in lines[3:]}
    assert {"runner-ml", "scikit-learn", "skops", "uvicorn"} <= names
    assert "pytest" not in names
    assert len(list((context / "wheels").glob("*.whl"))) == len(lines) - 3


def test_the_bundle_in_it_agrees_with_its_manifest(context):
    Run.open(context / "bundle").verify()


@pytest.mark.parametrize(
    "base",
    [
        "python:3.12-slim",
        "python@sha256:abc",
        f"{BASE}\nRUN curl evil",
        f"{BASE} AS x",
        f"$(id)@sha256:{'ab' * 32}",
        "",
    ],
)
def test_a_base_that_is_not_pinned_or_says_more_is_refused(bundle, tmp_path, base):
    with pytest.raises(ConfigError, match=r"deployers\.container\.base: .* is no image pinned by its digest"):
        ContainerDeployer(base=base).deploy(bundle, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "base", [f"ghcr.io/some-org/py.thon:1.2@sha256:{'0' * 64}", f"localhost:5000/py@sha256:{'0' * 64}"]
)
def test_a_base_may_be_of_any_registry(bundle, wheels, tmp_path, base):
    ContainerDeployer(base=base, wheels=str(wheels)).deploy(bundle, tmp_path)
    assert (tmp_path / "Dockerfile").read_text().startswith(f"FROM {base}\n")


def test_an_engine_whose_export_is_not_there_is_refused(bundle, tmp_path):
    with pytest.raises(ConfigError, match=r"engine: 'onnx' answers from the export 'onnx', and the bundle has skops"):
        ContainerDeployer(base=BASE, engine="onnx").deploy(bundle, tmp_path)


def test_without_a_base_it_is_refused_with_one_that_would_do_before_anything_runs():
    deployer = make_catalogue().find("deployer", "container")
    with pytest.raises(
        ConfigError, match=r'base: an image with Python, .* "python:3.12-slim@sha256:<64 hex digits>"'
    ):
        deployer.check({})
