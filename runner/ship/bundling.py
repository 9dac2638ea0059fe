"""The bundle: everything a finished model needs elsewhere, in one folder that agrees with its own manifest.

A bundle is a run folder without what only its makers need: it is loaded, verified and served as a run is, and may be
copied, zipped and moved.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import yaml

from runner.errors import ConfigError
from runner.plan.about import About
from runner.record import layout, manifest, strict_json
from runner.record.records import Metrics, RunInfo
from runner.ship.bill import ROOTS, bill, needed
from runner.ship.card import Facts, card
from runner.ship.golden import golden
from runner.ship.signature import Signature

#: What a bundle takes from its run, beside the exports.
KEPT = (
    layout.RESOLVED,
    layout.CHOICES,
    layout.PACKAGES,
    layout.FINGERPRINT,
    layout.SOURCES,
    layout.METRICS,
    layout.SIZES,
    layout.SIGNATURE,
    layout.PROOFS,
)


def write_bundle(run: Path, info: RunInfo, model: Any, to: Path, distributions: tuple[str, ...] = ()) -> Path:
    """Write the bundle of a run into a folder that does not exist yet, whole or not at all; return it.

    run: its folder, finished or about to be. model: what was exported, loaded. distributions: of the plugins that
    the model's parts come from.
    Raises ConfigError where the run shipped no model, or where there is something already.
    """
    if not (run / layout.PROOFS).is_file():
        raise ConfigError(f"run {info.id!r} ({info.state}) exported no model, so there is nothing to ship.")
    if to.exists():
        raise ConfigError(f"'{to}' is there already. Name a folder that is not, with '--to'.")
    partial = to.with_name(f"{to.name}{manifest.PARTIAL}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        _fill(run, info, model, partial, distributions)
        strict_json.write(partial / manifest.MANIFEST, manifest.build(partial))
        os.rename(partial, to)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return to


def _fill(run: Path, info: RunInfo, model: Any, to: Path, distributions: tuple[str, ...]) -> None:
    for name in KEPT:
        if (run / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(run / name, to / name)
    shutil.copytree(run / layout.ARTIFACTS, to / layout.ARTIFACTS)
    strict_json.write(to / layout.RUN, info)
    facts = facts_of(run, info, distributions)
    strict_json.write(to / layout.GOLDEN, golden(model, facts.signature))
    (to / layout.CARD).write_text(card(facts), encoding="utf-8")
    exports = sorted(path for path in (to / layout.ARTIFACTS).rglob("*") if path.is_file())
    strict_json.write(
        to / layout.BILL,
        bill(
            name=info.experiment,
            version=info.id,
            made=info.started,
            task=facts.task,
            scores=facts.scores,
            datasets=facts.sources,
            files={path.relative_to(to).as_posix(): manifest.describe(path)["sha256"] for path in exports},
            packages=facts.packages,
            licence=facts.about.licence,
        ),
    )


def facts_of(run: Path, info: RunInfo, distributions: tuple[str, ...] = ()) -> Facts:
    """Gather what the card and the bill tell."""
    declared: dict[str, Any] = yaml.safe_load((run / layout.RESOLVED).read_text(encoding="utf-8"))
    recorded = _json(run, layout.PACKAGES) or {}
    return Facts(
        info=info,
        declared=declared,
        metrics=Metrics.of(_json(run, layout.METRICS) or {}) if (run / layout.METRICS).is_file() else Metrics(),
        signature=Signature.read(_json(run, layout.SIGNATURE)),
        sources=(_json(run, layout.SOURCES) or {}).get("sources", []),
        proofs=_json(run, layout.PROOFS) or {},
        packages=needed((*ROOTS, *distributions), recorded),
        about=About.of(declared.get("about")),
    )


def _json(run: Path, name: str) -> Any:
    return strict_json.read(run / name) if (run / name).is_file() else None
