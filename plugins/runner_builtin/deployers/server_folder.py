"""What every server of ours is started from: the bundle, its settings, and one file that starts it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from runner.errors import ConfigError
from runner.ship.bill import lacking, needed

TEMPLATES = files("runner_builtin.deployers") / "templates"
#: What the core's distribution is called.
_CORE = "runner-ml"


def template(name: str) -> str:
    """Return a file that is the same for every model."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def copy_bundle(bundle: Path, folder: Path) -> list[Path]:
    """Copy the bundle into `folder/bundle` and return the files."""
    shutil.copytree(bundle, folder / "bundle")
    return sorted(path for path in (folder / "bundle").rglob("*") if path.is_file())


def write_all(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write files and return them. texts: name -> content."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def settings_text(settings: Mapping[str, Any]) -> str:
    """Write the words of `runner serve` as JSON; those that are None are left to it."""
    return json.dumps({name: value for name, value in settings.items() if value is not None}, indent=1) + "\n"


def read(bundle: Path, name: str) -> Any:
    """Read one of the bundle's JSON files."""
    return json.loads((bundle / name).read_text(encoding="utf-8"))


def server_packages(deployer: str, bundle: Path, extras: Sequence[str], engine: str | None) -> dict[str, str]:
    """Return the packages a server of this bundle needs, with the versions of the run that made it.

    extras: of runner-ml, beside those of the server. Raises ConfigError where the run's environment lacked a server.
    """
    recorded = read(bundle, "env/packages.json")
    plugins = [one["name"] for one in read(bundle, "sbom.json")["components"]]
    wanted = sorted({"serve", *extras, *(["onnx"] if engine == "onnx" else [])})
    core = f"{_CORE}[{','.join(wanted)}]"
    missing = lacking(core, recorded)
    if missing:
        raise ConfigError(
            f"deployers.{deployer}: a server needs {', '.join(missing)}, which the environment of this run lacks, so "
            f"that no version of it is known to work. \"pip install '{core}'\" and run again."
        )
    return needed([core, *plugins], recorded)


def python_of(bundle: Path) -> str:
    """Return the Python that the run had, such as "3.11"."""
    return ".".join(str(read(bundle, "run.json")["versions"]["python"]).split(".")[:2])


def check_engine(deployer: str, bundle: Path, engine: str | None) -> None:
    """Refuse an engine whose export the bundle has not. Raises ConfigError."""
    exports = sorted(path.name for path in (bundle / "artifacts").iterdir())
    if engine == "onnx" and "onnx" not in exports:
        raise ConfigError(
            f"deployers.{deployer}.engine: 'onnx' answers from the export 'onnx', and the bundle has "
            f"{', '.join(exports)}. Add it: 'exporters=[{','.join([*exports, 'onnx'])}]'."
        )
