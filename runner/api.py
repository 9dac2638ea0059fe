"""The runner from Python: the same experiments without Hydra and without a command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from runner.catalogue import Catalogue
from runner.execute.recorded import Outcome, execute, trusted_types
from runner.execute.request import Request
from runner.record.environment import code_state, packages
from runner.record.loading import LoadedModel
from runner.record.loading import load as load_recorded

_DEFAULTS: Mapping[str, Any] = {"exporters": ["skops"], "executor": "inline"}


def run(
    experiment: Mapping[str, Any], *, outputs: str | Path | None = None, catalogue: Catalogue | None = None
) -> Outcome:
    """Run one experiment and return how it ended; `outcome.path` is its run folder.

    experiment: groups and general settings as in a config, e.g. {"source": {"use": "csv", "path": "a.csv",
    "target": "y"}, "splitter": "kfold", "model": {"use": "softmax", "l2": 1e-3}, "metrics": ["accuracy"]}.
    outputs: where run folders go; by default what the experiment says, or ./outputs. catalogue: of components;
    by default of those installed.
    Raises RunnerError (ConfigError, DataError, …) where the run fails; the run folder then holds its log.
    """
    folder = Path.cwd()
    code = code_state(folder)
    request = Request(
        declared={**_DEFAULTS, **experiment},
        root=str(outputs or experiment.get("outputs", "outputs")),
        folder=str(folder),
        name=experiment.get("name"),
        code=None if code is None else asdict(code),
        packages=packages(),
    )
    outcome = execute(request, catalogue or Catalogue.installed())
    if outcome.error is not None:
        raise outcome.error
    return outcome


def load(run_dir: str | Path, *, catalogue: Catalogue | None = None, trust_pickle: str | None = None) -> LoadedModel:
    """Load the model of a finished run, after checking that its files are the ones that were written.

    trust_pickle: sha256 of the `.unsafe.pkl` to load, for a run that was exported in no safe format.
    Raises IntegrityError for changed files, ConfigError where there is no finished run.
    """
    offers = catalogue or Catalogue.installed()
    return load_recorded(
        Path(run_dir), trusted_types=trusted_types(offers), exporters=_Exporters(offers), trust_pickle=trust_pickle
    )


class _Exporters(Mapping[str, Any]):
    """The exporters by name, built when one is looked up."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return self._catalogue.find("exporter", name).build({})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._catalogue.has("exporter", name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._catalogue.names("exporter"))

    def __len__(self) -> int:
        return len(self._catalogue.names("exporter"))
