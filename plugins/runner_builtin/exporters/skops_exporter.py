"""Saving the fitted pipeline as a skops file: everything is kept, and loading it cannot run code.

Importing skops imports all of scikit-learn, and torch and dask where they are installed: up to five seconds.
So it is imported when something is written or read, and not when an exporter is only chosen.
"""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Le

from runner.contracts import FinishedRun
from runner.errors import IntegrityError, PluginError


@dataclass(frozen=True)
class SkopsExporter:
    """Write `model.skops`. A file says which types it needs; loading builds only those the loader trusts.

    compression: 0 stores, 9 is smallest; 1 is 6 to 25 times smaller than 0 for forests and text models, at no
    cost in time that one would notice.
    """

    compression: Annotated[int, Ge(0), Le(9)] = 1

    loads = "model.skops"
    whole = True

    def export(self, run: FinishedRun, folder: Path) -> Sequence[Path]:
        """Save the pipeline. Raises PluginError if a step holds what the format has no place for."""
        import skops.io
        from skops.io.exceptions import UnsupportedTypeException

        path = folder / self.loads
        method = zipfile.ZIP_DEFLATED if self.compression else zipfile.ZIP_STORED
        try:
            skops.io.dump(run.pipeline, path, compression=method, compresslevel=self.compression)
        except UnsupportedTypeException as error:
            raise PluginError(
                f"the pipeline of {run.experiment!r} cannot be saved as skops: {error} Its steps are "
                f"{_steps(run.pipeline)}. Choose another component for that step, or another exporter."
            ) from error
        return [path]

    def load(self, path: Path, trusted_types: Collection[str]) -> Any:
        """Return the pipeline. Raises IntegrityError for types that are not trusted, before any is built."""
        import skops.io
        from skops.io.exceptions import UntrustedTypesFoundException

        try:
            return skops.io.load(path, trusted=sorted(trusted_types))
        except UntrustedTypesFoundException as error:
            unknown = sorted(set(skops.io.get_untrusted_types(file=path)) - set(trusted_types))
            raise IntegrityError(
                f"'{path}' holds types that are not trusted: {', '.join(map(repr, unknown))}. Nothing was loaded. "
                "A plugin whose components need them names them in its hook 'runner_trusted_types'; if this file "
                "should not need them, it is not what your run wrote."
            ) from error
        except (zipfile.BadZipFile, KeyError, ValueError) as error:
            raise IntegrityError(
                f"'{path}' is no skops file ({type(error).__name__}: {error}). Nothing was loaded."
            ) from error
        except (ImportError, AttributeError) as error:
            raise PluginError(
                f"'{path}' needs something that is not installed here: {error}. The run's 'env/packages.json' "
                "lists what it was made with; install that."
            ) from error


def _steps(pipeline: Any) -> str:
    """Name the steps of a pipeline with their types."""
    return ", ".join(f"{name} ({type(step).__qualname__})" for name, step in pipeline.steps)
