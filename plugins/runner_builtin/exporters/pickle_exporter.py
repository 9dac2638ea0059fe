"""Saving the fitted pipeline as a pickle, for those who must, under a name that warns everyone else."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.contracts import FinishedRun
from runner.errors import IntegrityError


@dataclass(frozen=True)
class PickleExporter:
    """Write `model.unsafe.pkl`. A pickle is a program: whoever loads it runs what its author wrote.

    No scan can tell a harmless pickle from a harmful one, so it is written only where a declaration asks for it
    and loaded only by someone who names the file's sha256, having got that from a person they trust.
    """

    loads = "model.unsafe.pkl"
    #: Loading runs code of the file's author, so that `load` takes a sha256 instead of trusted types.
    runs_code = True

    def export(self, run: FinishedRun, folder: Path) -> Sequence[Path]:
        """Pickle the pipeline; what cannot be pickled raises pickle's own error."""
        path = folder / self.loads
        path.write_bytes(pickle.dumps(run.pipeline, protocol=pickle.HIGHEST_PROTOCOL))
        return [path]

    def load(self, path: Path, sha256: str) -> Any:
        """Return the pipeline if the file's sha256 is this one; else raises IntegrityError, having run nothing."""
        content = path.read_bytes()
        actual = hashlib.sha256(content).hexdigest()
        if actual != sha256:
            raise IntegrityError(
                f"'{path}' has sha256 {actual}, but {sha256!r} is the one trusted. Nothing was loaded. "
                "Get the file again from where you got the sha256."
            )
        # The very bytes that were hashed, so that no one can exchange the file in between.
        return pickle.loads(content)  # noqa: S301
