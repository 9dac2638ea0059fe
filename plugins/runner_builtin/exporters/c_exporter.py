"""Writing the fitted pipeline as a C99 program, for machines that have no Python.

Whoever compiles a program and calls it runs it. So a run folder's program is compiled for its own proof, right after
it was written and by the sha256 of these very bytes, and later only for a person who vouches for them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from runner.contracts import FinishedRun
from runner.errors import IntegrityError
from runner.options import UnitInterval
from runner_builtin.exporters.c_code.compiled import compiler, model_of
from runner_builtin.exporters.c_code.driver import driver
from runner_builtin.exporters.c_code.literals import identifier
from runner_builtin.exporters.c_code.writer import SCHEMA, written


@dataclass(frozen=True)
class CExporter:
    """Write `model.c`, `model.h`, an example that answers rows from its input, and `model.json` of what they hold.

    No memory is allocated, and nothing but <math.h>, <stdint.h> and <string.h> is needed; how much the model takes
    stands in the header. precision: of weights and numbers; "int8" keeps weights in 8 bits with a scale for each
    output and adds up in 32, at a cost in accuracy that is measured. changed: the share of rows that may then get
    another label. name: what all public names begin with, and the files are called.
    """

    precision: Literal["float32", "float64", "int8"] = "float32"
    name: str = "model"
    changed: UnitInterval = 0.02

    loads = "model.json"
    #: Compiling and calling a program runs it, so that `load` takes a sha256 instead of trusted types.
    runs_code = True
    #: What it runs is this exporter's own code, so that the run that has just written it may prove it.
    own_code = True

    @property
    def tolerance(self) -> float:
        """What probabilities may differ by; of a regression, values in standard deviations."""
        return 0.1 if self.precision == "int8" else 1e-5

    @property
    def may_change(self) -> float:
        """The share of rows that may get another label."""
        return self.changed if self.precision == "int8" else 0.0

    def export(self, run: FinishedRun, folder: Path) -> Sequence[Path]:
        """Write the program. Raises PluginError for a step that there is no C for, and without a C compiler."""
        compiler()
        made = written(run.pipeline, run.sample.features, name=self.name, precision=self.precision)
        for file, text in made.items():
            (folder / file).write_text(text, encoding="utf-8")
        return [folder / file for file in made]

    def load(self, path: Path, sha256: str) -> Any:
        """Compile the program and return it as a model, if `model.json` has this sha256 and the files have theirs.

        Raises IntegrityError for others, having compiled nothing; PluginError without a C compiler.
        """
        told = json.loads(_vouched(path, sha256))
        if told["schema"] > SCHEMA:
            raise IntegrityError(
                f"'{path}' is of a newer kind ({told['schema']}) than this release reads ({SCHEMA})."
            )
        return model_of(told, {**_sources(path.parent, told), "driver.c": driver(told)})


def _sources(folder: Path, told: Mapping[str, Any]) -> dict[str, str]:
    """Read the header and the model, the very bytes that were hashed."""
    name = identifier(told["name"])
    names = (f"{name}.h", f"{name}.c")
    return {name: _vouched(folder / name, told["sha256"][name]).decode("utf-8") for name in names}


def _vouched(path: Path, sha256: str) -> bytes:
    content = path.read_bytes()
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256:
        raise IntegrityError(
            f"'{path}' has sha256 {actual}, but {sha256!r} is the one trusted. Nothing was compiled. "
            "Get the files again from where you got the sha256."
        )
    return content
