"""`runner ls`: the finished runs, oldest first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from runner.cli.arguments import parsed
from runner.record import strict_json
from runner.record.read import runs
from runner.report.listing import listing, show_listing


def main(words: Sequence[str]) -> int:
    """List runs. words: the command line after `ls`."""
    arguments = parsed("ls", __doc__ or "", words, run=False)
    found = runs(arguments.outputs)
    if arguments.experiment:
        found = [run for run in found if run.path.parent.name == arguments.experiment]
    if arguments.json:
        print(strict_json.dumps(listing(found)))
    else:
        show_listing(found, Console(highlight=False))
    return 0
