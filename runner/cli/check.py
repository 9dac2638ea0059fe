"""`runner check +experiment=NAME [overrides]`: load, clean and part the data, and say what they are like.

Nothing is trained and no run folder is made. `--json` prints JSON. The exit code is that of a run that fails there.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import ConfigError

if TYPE_CHECKING:
    from runner.catalogue import Catalogue
    from runner.execute.request import Request

#: Words that ask for something other than one experiment.
_OTHER = {"-m", "--multirun", "--cfg", "-c", "--info", "-i", "--shell-completion", "-sc", "--run", "-r"}


def main(words: Sequence[str]) -> int:
    """Check one experiment. words: the command line after `check`."""
    if {"-h", "--help"} & set(words):
        print(__doc__)
        return 0
    refused = sorted(_OTHER & {word.partition("=")[0] for word in words})
    if refused:
        raise ConfigError(
            f"'runner check' looks at the data of one experiment, so {refused[0]!r} has no meaning here."
        )
    from functools import partial

    from runner.catalogue import Catalogue
    from runner.cli.run import disabled, with_plus
    from runner.declare.app import carry_out  # Hydra, which `--help` need not load
    from runner.declare.composing import Setup
    from runner.declare.flags import Flags

    as_json = "--json" in words
    allow_outside = "--allow-outside" in words
    plain = [with_plus(word) for word in words if word not in ("--json", "--allow-outside", "--debug")]
    folder = Path.cwd()
    setup = Setup(Catalogue.installed(disabled(), folder), folder)
    task = partial(_check, catalogue=setup.catalogue, as_json=as_json)
    return carry_out(plain, setup, Flags(allow_outside=allow_outside), task, _no_sweep)


def _check(request: Request, *, catalogue: Catalogue, as_json: bool) -> None:
    from runner.execute.rehearsal import rehearse  # scikit-learn, not before the declaration is sound

    with suppress(OSError):
        Path(request.root).rmdir()  # Hydra made it for a run; one that holds anything stays
    rehearsal = rehearse(request, catalogue)
    if as_json:
        from runner.record import strict_json

        print(strict_json.dumps(rehearsal))
        return
    from rich.console import Console

    from runner.report.rehearsal_page import show_rehearsal

    show_rehearsal(rehearsal, Console(highlight=False))


def _no_sweep(wanted: Any) -> Any:
    del wanted
    raise ConfigError(
        "this declaration is a sweep, and 'runner check' looks at one experiment. Leave 'hydra.mode' out, and set "
        "'repeat.seeds=1'."
    )
