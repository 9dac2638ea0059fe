"""`runner show RUN`: declaration, scores, stages and files of a finished run."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from runner.cli.arguments import parsed
from runner.record import strict_json
from runner.record.read import find
from runner.report.run_page import run_data, show_run


def main(words: Sequence[str]) -> int:
    """Show a run. words: the command line after `show`."""
    arguments = parsed("show", __doc__ or "", words, run=True)
    run = find(arguments.outputs, arguments.run)
    if arguments.json:
        print(strict_json.dumps(run_data(run)))
    else:
        show_run(run, Console(highlight=False))
    return 0
