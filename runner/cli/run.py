"""`runner +experiment=x …`: hand the command line to Hydra, and each job to the companion process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from runner.cli.companion import Companion

if TYPE_CHECKING:
    from runner.cli.present import Execute
    from runner.cli.result import Result
    from runner.contracts import Event
    from runner.execute.request import Request

_OWN_FLAGS = {"--debug", "--allow-outside", "--yes"}
#: Asked for one of these, Hydra runs nothing.
_SHOWS = {"--cfg", "-c", "--info", "-i", "--shell-completion", "-sc", "--hydra-help", "--resolve"}


def main(words: Sequence[str]) -> int:
    """Compose, check and run. words: the command line without the program's name."""
    if "--version" in words:
        return _print_version()
    given = set(words) & _OWN_FLAGS
    plain = [_with_plus(word) for word in words if word not in _OWN_FLAGS]
    runs = not any(word.partition("=")[0] in _SHOWS for word in plain)
    companion = Companion.start() if runs and "--debug" not in given else None
    # From here on two processes work: the companion imports scikit-learn while we import Hydra and compose.
    from functools import partial
    from pathlib import Path

    from runner.catalogue import Catalogue
    from runner.declare.app import Options, carry_out
    from runner.declare.composing import Setup

    try:
        setup = Setup(Catalogue.installed(disabled()), Path.cwd())
        options = Options(allow_outside="--allow-outside" in given, yes="--yes" in given)
        return carry_out(plain, setup, options, partial(_present, execute=companion.execute if companion else _here))
    finally:
        if companion is not None:
            companion.stop()


def disabled() -> list[str]:
    """Return the plugins that `RUNNER_DISABLE` hides, e.g. "acme,other-dist:thing"."""
    return [name.strip() for name in os.environ.get("RUNNER_DISABLE", "").split(",") if name.strip()]


def _present(request: Request, execute: Execute) -> float | None:
    from runner.cli.present import present  # rich, which --cfg and a refused declaration need not load

    return present(request, execute)


def _here(request: Request, hear: Callable[[Event], None]) -> Result:
    from runner.cli.here import execute_here  # scikit-learn, not before there is a job

    return execute_here(request, hear)


def _with_plus(word: str) -> str:
    """`experiment=x` means `+experiment=x`: the group has no default to override."""
    group, equals, _ = word.partition("=")
    return f"+{word}" if equals and group.partition("@")[0] == "experiment" else word


def _print_version() -> int:
    from importlib.metadata import version  # 10 ms that a run need not pay here

    import hydra

    print(f"runner-ml {version('runner-ml')}, hydra-core {hydra.__version__}, Python {sys.version.split()[0]}")
    return 0
