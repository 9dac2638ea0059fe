"""A folder that a person with a C compiler needs nothing else for: models as C, tests of them, and what they take.

The models are compiled to measure them and are never run here: a bundle may come from anywhere.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runner.errors import ConfigError, IntegrityError
from runner.record import manifest, strict_json
from runner_builtin.deployers.golden_rows import golden_test
from runner_builtin.exporters.c_code.compiled import compiler
from runner_builtin.exporters.c_code.literals import identifier

_LOADS = "model.json"
_SECONDS = 600
#: As for a small machine, where constants with addresses need no place in RAM.
_FLAGS = ("-std=c99", "-Os", "-fno-pic")


class EdgeC:
    """Write a folder for each export of `c` in the bundle: its sources, a Makefile, and golden rows as a C test.

    Beside them stand `signature.json`, `golden.json`, a README with the measured sizes, `sizes.json`, and a manifest.
    For float32 and int8 side by side the experiment declares the exporter twice: `exporters: {c: {}, small: {use: c,
    precision: int8}}`. Raises ConfigError for a bundle without such an export, PluginError without a C compiler.
    """

    def deploy(self, bundle: Path, folder: Path) -> Sequence[Path]:
        """Read the bundle and write the folder."""
        exports = _exports(bundle)
        golden, proofs = strict_json.read(bundle / "golden.json"), strict_json.read(bundle / "proofs.json")
        sizes = {}
        for export in exports:
            told = _told(export)
            name = f"{told['name']}-{told['precision']}"
            if name in sizes:
                raise ConfigError(
                    f"deployer 'edge_c': two exports are called {told['name']!r} in {told['precision']}. Give one of "
                    "them another 'name'."
                )
            place = folder / name
            place.mkdir()
            _copy(export, told, place)
            proof = proofs.get(export.name) or {}
            bounds = {key: float(proof.get(key, default)) for key, default in (("tolerance", 1e-4), ("changed", 0.0))}
            (place / "golden.c").write_text(golden_test(told, golden, **bounds), encoding="utf-8")
            (place / "Makefile").write_text(_filled("Makefile", {"name": told["name"]}), encoding="utf-8")
            sizes[name] = {**_measured(place, told), "proof": proof}
        for name in ("signature.json", "golden.json", "MODEL_CARD.md", "sbom.json"):
            if (bundle / name).is_file():
                shutil.copyfile(bundle / name, folder / name)
        (folder / "README.md").write_text(_readme(sizes), encoding="utf-8")
        strict_json.write(folder / "sizes.json", sizes)
        strict_json.write(folder / manifest.MANIFEST, manifest.build(folder))
        return sorted(path for path in folder.rglob("*") if path.is_file())


def _exports(bundle: Path) -> list[Path]:
    """Return the folders of all exports that are C programs."""
    found = sorted(path.parent for path in bundle.glob(f"artifacts/*/{_LOADS}") if _is_ours(path))
    if not found:
        have = ", ".join(sorted(repr(path.name) for path in bundle.glob("artifacts/*"))) or "none"
        raise ConfigError(
            f"deployer 'edge_c' needs an export of the exporter 'c'; the bundle has {have}. Add it: "
            "exporters=[skops,c]."
        )
    return found


def _is_ours(path: Path) -> bool:
    told = json.loads(path.read_text(encoding="utf-8"))
    return isinstance(told, dict) and {"precision", "sha256", "inputs", "real"} <= told.keys()


def _told(export: Path) -> dict[str, Any]:
    """Return what an export says of itself, its name one that C may have."""
    told: dict[str, Any] = strict_json.read(export / _LOADS)
    identifier(told["name"])
    if told["precision"] not in ("float32", "float64", "int8"):
        raise IntegrityError(f"'{export / _LOADS}' is of precision {told['precision']!r}, which no release writes.")
    return told


def _copy(export: Path, told: Mapping[str, Any], place: Path) -> None:
    name = told["name"]
    for file in (f"{name}.h", f"{name}.c", "example.c", _LOADS):
        shutil.copyfile(export / file, place / file)
        if file != _LOADS and manifest.describe(place / file)["sha256"] != told["sha256"][file]:
            raise IntegrityError(
                f"'{export / file}' is not what the exporter wrote. Nothing was compiled; export it again."
            )


def _measured(place: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """Compile the model and measure it. flash: bytes of code and constants, None where `size` is missing."""
    with TemporaryDirectory(prefix="runner-edge-") as name:
        made = Path(name) / "model.o"
        command = [compiler(), *_FLAGS, "-c", f"{told['name']}.c", "-o", str(made)]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=_SECONDS, check=False)
        if done.returncode:
            raise IntegrityError(f"the C program does not compile: {done.stderr.strip()[:1000]}")
        flash, written = _sections(made)
    memory = told["memory"]
    return {
        "flash": flash,
        "ram": written + sum(int(memory[part]) for part in ("work", "row", "answer")),
        "stack": int(memory["stack"]),
        "compiler": _first_line([compiler(), "--version"]),
        "target": _first_line([compiler(), "-dumpmachine"]),
    }


def _sections(made: Path) -> tuple[int | None, int]:
    """Return the bytes that lie in flash, and those of variables in RAM."""
    if shutil.which("size") is None:
        return None, 0
    told = subprocess.run(["size", str(made)], capture_output=True, text=True, timeout=_SECONDS, check=True).stdout
    text, data, bss = (int(number) for number in told.splitlines()[1].split()[:3])
    return text + data, data + bss


def _first_line(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    return (done.stdout.splitlines() or [""])[0]


def _filled(template: str, blanks: Mapping[str, str]) -> str:
    text = (files(__package__) / "edge_c_templates" / template).read_text(encoding="utf-8")
    return re.sub(r"@(\w+)@", lambda found: blanks[found[1]], text)


def _readme(sizes: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [
        "| folder | flash | RAM | stack below | rows with another label | largest difference |",
        "|---|---|---|---|---|---|",
    ]
    for name, size in sizes.items():
        proof = size["proof"]
        rows = proof.get("rows", 0) + proof.get("edge_rows", 0)
        changed = f"{proof['labels']} of {rows:,}" if "labels" in proof else "not measured"
        worst = f"{proof['worst']:.2g}" if proof.get("worst") is not None else "not measured"
        flash = "not measured" if size["flash"] is None else f"{size['flash']:,}"
        lines.append(f"| `{name}` | {flash} | {size['ram']:,} | {size['stack']:,} | {changed} | {worst} |")
    first = next(iter(sizes))
    blanks = {
        "table": "\n".join(lines),
        "first": first,
        "header": f"{first.rsplit('-', 1)[0]}.h",
        "compiler": sizes[first]["compiler"],
        "target": sizes[first]["target"],
    }
    return _filled("README.md", blanks)
