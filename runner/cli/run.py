"""`runner +experiment=x …`: hand the command line to Hydra, and each job to the companion process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from runner.cli.companion import Companion

if TYPE_CHECKING:
    from runner.catalogue import Catalogue
    from runner.cli.present import Execute
    from runner.cli.result import Result
    from runner.contracts import Event
    from runner.execute.request import Request
    from runner.record.sweeps import TrialSummary
    from runner.trials.crew import Crew
    from runner.trials.sweeping import Wanted

_OWN_FLAGS = {
    "--debug",
    "--allow-outside",
    "--yes",
    "--plan",
    "--accept-drift",
    "--rerun-drifted",
    "--keep-going",
}
#: Asked for one of these, Hydra runs nothing.
_SHOWS = {"--cfg", "-c", "--info", "-i", "--shell-completion", "-sc", "--hydra-help", "--resolve"}


def main(words: Sequence[str], continues: str | None = None) -> int:
    """Compose, check and run. words: the command line without the program's name. continues: see `Wanted`."""
    if "--version" in words:
        return _print_version()
    given = set(words) & _OWN_FLAGS
    plain = [with_plus(word) for word in words if word not in _OWN_FLAGS]
    runs = not any(word.partition("=")[0] in _SHOWS for word in plain)
    sweeps = bool({"-m", "--multirun"} & set(words))
    crew = _crew() if runs and sweeps else None
    companion = Companion.start() if runs and not sweeps and "--debug" not in given else None
    # From here on two processes work: the companion imports scikit-learn while we import Hydra and compose.
    from functools import partial
    from pathlib import Path

    from runner.catalogue import Catalogue
    from runner.declare.app import carry_out
    from runner.declare.composing import Setup
    from runner.declare.flags import Flags

    try:
        folder = Path.cwd()
        setup = Setup(Catalogue.installed(disabled(), folder), folder)
        if runs:
            _tell_broken(setup.catalogue)
        options = Flags(
            allow_outside="--allow-outside" in given,
            yes="--yes" in given,
            plan_only="--plan" in given,
            drift=_drift(given),
            keep_going="--keep-going" in given,
            disabled=tuple(disabled()),
            continues=continues,
        )
        task = partial(_present, execute=companion.execute if companion else _here)
        return carry_out(plain, setup, options, task, partial(_sweep, catalogue=setup.catalogue, crew=crew))
    finally:
        if crew is not None:
            crew.stop()
        if companion is not None:
            companion.stop()


def disabled() -> list[str]:
    """Return the plugins that `RUNNER_DISABLE` hides, e.g. "acme,other-dist:thing"."""
    from runner.discovery import hidden_by  # not before the companion is started

    return hidden_by(os.environ)


def _tell_broken(catalogue: Catalogue) -> None:
    """Say at once that the file beside us is no plugin, and whose configs are missing: someone may look for them."""
    for plugin in catalogue.plugins:
        if plugin.is_local and plugin.problem:
            print(f"warning: ./{plugin.name}.py is left out, for it is broken: {plugin.problem}", file=sys.stderr)
    for plugin, problem in catalogue.left_out("runner_conf_dirs"):
        print(f"warning: the configs of {plugin} are left out: {problem}", file=sys.stderr)


def _crew() -> Crew | None:
    """Have workers warm up while the command is being understood; Windows has none that can be forked."""
    if os.name != "posix":
        return None
    from runner.trials.crew import Crew  # a single run needs none

    return Crew.start(1)


def _drift(given: set[str]) -> str:
    if {"--accept-drift", "--rerun-drifted"} <= given:
        from runner.errors import ConfigError  # not before something went wrong

        raise ConfigError("'--accept-drift' keeps old results and '--rerun-drifted' replaces them; give one of them")
    return "accept" if "--accept-drift" in given else "rerun" if "--rerun-drifted" in given else "refuse"


def _sweep(wanted: Wanted, catalogue: Catalogue, crew: Crew | None) -> tuple[int, Sequence[TrialSummary]]:
    from runner.cli.sweep import sweep_shown  # rich, which a refused declaration need not load

    return sweep_shown(wanted, catalogue, crew)


def _present(request: Request, execute: Execute) -> float | None:
    from runner.cli.present import present  # rich, which --cfg and a refused declaration need not load

    return present(request, execute)


def _here(request: Request, hear: Callable[[Event], None]) -> Result:
    from runner.cli.here import execute_here  # scikit-learn, not before there is a job

    return execute_here(request, hear)


def with_plus(word: str) -> str:
    """`experiment=x` means `+experiment=x`: the group has no default to override."""
    group, equals, _ = word.partition("=")
    return f"+{word}" if equals and group.partition("@")[0] == "experiment" else word


def _print_version() -> int:
    from importlib.metadata import version  # 10 ms that a run need not pay here

    import hydra

    print(f"runner-ml {version('runner-ml')}, hydra-core {hydra.__version__}, Python {sys.version.split()[0]}")
    return 0
