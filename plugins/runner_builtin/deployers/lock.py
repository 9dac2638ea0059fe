"""Requirements with the hash of every file that may be installed, and no hash that was not computed or told.

Wheels in a folder are hashed here, with no network. For what is not in it `uv pip compile` asks the package index, or
its own cache. Where neither has the wheel of a package, there is no lock: an error says which are lacking. Sources
are never locked: building them would fetch build tools that nobody hashed.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from runner.errors import ConfigError

#: As long as the index may take to answer for all packages together.
_SECONDS = 300


@dataclass(frozen=True)
class Lock:
    """text: of the requirements file. wheels: that it names and that are to lie in `wheels/` beside it."""

    text: str
    wheels: Sequence[Path]


def pinned(packages: Mapping[str, str]) -> str:
    """Return requirements with exact versions and no hashes."""
    return "".join(f"{name}=={version}\n" for name, version in packages.items())


def locked(deployer: str, packages: Mapping[str, str], wheels: Path | None, python: str) -> Lock:
    """Return hash-locked requirements. wheels: a folder; python: the version they are for, such as "3.11".

    Raises ConfigError where a package has no hash.
    """
    found = _in_folder(deployer, wheels, packages)
    lacking = {name: version for name, version in packages.items() if name not in found}
    used = sorted({path for paths in found.values() for path in paths})
    lines = ["--only-binary :all:", "--find-links wheels", *([] if lacking else ["--no-index"])]
    for name in (one for one in packages if one in found):
        paths = found[name]
        hashes = " ".join(sorted(f"--hash=sha256:{_sha256(path)}" for path in paths))
        lines.append(f"{name}=={packages[name]} {hashes}")
    told = _asked(deployer, lacking, python) if lacking else ""
    return Lock("\n".join(lines) + "\n" + told, used)


def _in_folder(deployer: str, wheels: Path | None, packages: Mapping[str, str]) -> dict[str, list[Path]]:
    """Find the wheels of each package; one version may have several, for several machines."""
    if wheels is None:
        return {}
    if not wheels.is_dir():
        raise ConfigError(f"deployers.{deployer}.wheels: '{wheels}' is no folder. Name one that holds wheels.")
    wanted = {(canonicalize_name(name), Version(version)): name for name, version in packages.items()}
    found: dict[str, list[Path]] = {}
    for path in sorted(wheels.glob("*.whl")):
        try:
            name, version, _, _ = parse_wheel_filename(path.name)
        except InvalidWheelFilename:
            continue
        if (name, version) in wanted:
            found.setdefault(wanted[name, version], []).append(path)
    return found


def _asked(deployer: str, packages: Mapping[str, str], python: str) -> str:
    """Have uv ask the index for the hashes of some packages."""
    named = [f"{name}=={version}" for name, version in packages.items()]
    listed = ", ".join(named[:10]) + (f" and {len(named) - 10} more" if len(named) > 10 else "")
    way = (
        f"Give a folder that has the wheels it lacks by 'deployers.{deployer}.wheels'; 'pip wheel --no-deps "
        "--wheel-dir FOLDER NAME==VERSION' makes one"
    )
    uv = shutil.which("uv")
    if uv is None:
        raise ConfigError(f"deployers.{deployer}: nothing here knows the hashes of {listed}. {way}, or install uv.")
    command = [uv, "pip", "compile", "-", "--no-deps", "--generate-hashes", "--only-binary", ":all:"]
    command += ["--no-header", "--no-annotate", "--quiet", "--python-version", python]
    try:
        done = subprocess.run(
            command, input=pinned(packages), capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ConfigError(
            f"deployers.{deployer}: the package index did not tell the hashes of {listed} within {_SECONDS} s. {way}."
        ) from None
    if done.returncode:
        why = " ".join(done.stderr.split())[:500]
        raise ConfigError(
            f"deployers.{deployer}: the package index does not tell the hashes of {listed}: {why}. {way}."
        )
    return done.stdout


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
