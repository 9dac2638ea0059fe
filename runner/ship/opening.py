"""A run or a bundle made ready to be asked: verified, loaded, tried, before anyone can reach it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from runner.errors import ConfigError, IntegrityError, did_you_mean
from runner.record import layout, strict_json
from runner.record.loading import LoadedModel
from runner.record.read import Run
from runner.ship.golden import compared
from runner.ship.opened import Opened
from runner.ship.signature import Signature

#: Words for an engine beside the names of exports.
FASTEST, PIPELINE = "auto", "sklearn"


def opened(run: Run, engine: str, load: Callable[[str | None], LoadedModel]) -> Opened:
    """Load the model that is asked for and try it. load: an export's name, or None for the pipeline -> the model.

    Nothing is read before `load` has verified the folder. Raises RunnerError where the model cannot be used.
    """
    chosen = chosen_engine(run, engine)
    loaded = load(chosen)
    if engine == PIPELINE and not loaded.whole:
        raise ConfigError(
            f"--engine {PIPELINE!r}: run {run.info.id!r} was exported in no format that gives the pipeline back. Use "
            f"--engine {loaded.export!r}, or run the experiment with another exporter."
        )
    made = Opened(
        name=run.info.experiment,
        version=run.info.id,
        engine=PIPELINE if loaded.whole else loaded.export,
        signature=signature_of(run),
        model=loaded.pipeline,
        sha256=loaded.sha256,
    )
    _try(made, run)
    return made


def signature_of(run: Run) -> Signature:
    """Read what the model is asked with. Raises ConfigError for a run that has no signature."""
    if layout.SIGNATURE not in run.files:
        raise ConfigError(
            f"run {run.info.id!r} ({run.info.state}) has no {layout.SIGNATURE}: it shipped no model, or an earlier "
            "version of runner made it. Run the experiment again, with an exporter."
        )
    try:
        return Signature.read(strict_json.read(run.path / layout.SIGNATURE))
    except (KeyError, TypeError) as error:
        raise IntegrityError(f"'{run.path / layout.SIGNATURE}' is no signature ({type(error).__name__})") from error


def chosen_engine(run: Run, engine: str) -> str | None:
    """Return the export that is to answer, None for the pipeline itself.

    `auto` is the export that answered fastest when it was proven, of those that may change no label.
    """
    if engine == PIPELINE:
        return None
    proofs = proofs_of(run)
    if engine != FASTEST:
        if engine not in proofs:
            known = [FASTEST, PIPELINE, *proofs]
            raise ConfigError(
                f"--engine {engine!r}: run {run.info.id!r} has no proven export of that name. "
                f"{did_you_mean(engine, known)}"
            )
        return engine
    exact = {name: proof["latency"] for name, proof in proofs.items() if not proof["changed"]}
    return min(exact, key=lambda name: exact[name]) if exact else None


def proofs_of(run: Run) -> Mapping[str, Mapping[str, Any]]:
    """Return the proofs of the exports that have one."""
    if layout.PROOFS not in run.files:
        return {}
    record = strict_json.read(run.path / layout.PROOFS)
    return {name: proof for name, proof in record.items() if proof is not None}


def _try(model: Opened, run: Run) -> None:
    """Ask the questions that travel with a bundle. Raises IntegrityError where the answers are others."""
    if layout.GOLDEN in run.files:
        apart = compared(model.model, model.signature, strict_json.read(run.path / layout.GOLDEN))
        if not apart.within(1e-4):
            raise IntegrityError(
                f"the model does not answer here as it did where the bundle was made: {apart.labels} of {apart.rows} "
                f"labels are others, probabilities differ by up to {apart.worst:.2g}. Compare the versions of what "
                f"is installed with '{layout.PACKAGES}', or choose another '--engine'."
            )
        return
    try:
        model.warm_up()
    except Exception as error:  # noqa: BLE001 - the row is made up: that a model has no answer to it says little
        print(f"note: the model has no answer to a made-up row ({type(error).__name__})", file=sys.stderr)
