"""The model that some words on the command line mean, for the commands that ask it."""

from __future__ import annotations

import argparse
import sys
from importlib import metadata
from pathlib import Path

from runner.catalogue import Catalogue
from runner.cli.run import disabled
from runner.cli.which import sweep_of
from runner.errors import ConfigError, IntegrityError, PluginError
from runner.record import layout, strict_json
from runner.record.loading import LoadedModel
from runner.record.read import Run, find


def add_model_words(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which model is meant."""
    parser.add_argument(
        "run", help="a run or a bundle (a folder, an id or the beginning of one), or a sweep: its winner"
    )
    parser.add_argument(
        "--engine",
        default="auto",
        metavar="NAME",
        help="what answers: 'sklearn' (the pipeline), an export such as 'onnx', or the fastest one proven (auto)",
    )
    parser.add_argument(
        "--allow-modified", action="store_true", help="use a folder whose files are not the ones that were written"
    )


def the_run(root: Path, words: str) -> Run:
    """Return the run or bundle that is meant; of a sweep, its winner. Raises ConfigError where there is none."""
    sweep = sweep_of(root, words)
    if sweep is None:
        return find(root, words)
    best = sweep.best
    if best is None:
        raise ConfigError(
            f"sweep {sweep.path.name!r} has no winner's run: it is not over, or was carried out with ship=none."
        )
    return Run.open(best)


def loaded(run: Run, engine: str | None, *, allow_modified: bool) -> LoadedModel:
    """Load a model. Raises PluginError naming what is not installed here, where that is why it cannot be loaded."""
    from runner.api import load  # scikit-learn, which looking at the help should not pay for

    _check_modified(run, allow_modified=allow_modified)
    catalogue = Catalogue.installed(disabled())
    try:
        return load(run.path, catalogue=catalogue, engine=engine, allow_modified=True)
    except (PluginError, IntegrityError) as error:
        lacking = _lacking(run, catalogue)
        if lacking:
            raise PluginError(f"the model of run {run.info.id!r} cannot be loaded here: {lacking}") from error
        raise


def _check_modified(run: Run, *, allow_modified: bool) -> None:
    try:
        run.verify()
    except IntegrityError as error:
        if not allow_modified:
            raise
        print(f"warning: --allow-modified: {error}", file=sys.stderr)


def _lacking(run: Run, catalogue: Catalogue) -> str:
    """Say which components of a model no plugin offers here, and which distributions are gone since."""
    config = run.config
    steps = [
        ("model", config.get("model") or {}),
        *(("transform", one) for one in (config.get("transforms") or {}).values()),
    ]
    unknown = [
        f"{kind} {step['use']!r}" for kind, step in steps if step.get("use") and not catalogue.has(kind, step["use"])
    ]
    if not unknown:
        return ""
    gone = [f"{name} {version}" for name, version in _recorded(run).items() if not _is_installed(name)]
    had = f" The run had {', '.join(gone[:20])}, which is not installed here. Install that." if gone else ""
    return f"no installed plugin offers {', '.join(unknown)}.{had}"


def _recorded(run: Run) -> dict[str, str]:
    return dict(strict_json.read(run.path / layout.PACKAGES)) if layout.PACKAGES in run.files else {}


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
