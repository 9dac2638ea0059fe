"""`runner ls`: the finished runs and the sweeps, oldest first; `runner ls SWEEP`: its trials."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console

from runner.cli.arguments import parser_of
from runner.cli.which import sweep_of
from runner.record import strict_json
from runner.record.read import runs
from runner.record.read_sweep import Sweep, sweeps
from runner.report.listing import listing, show_listing
from runner.report.sweep_page import show_trials, trials_data


def main(words: Sequence[str]) -> int:
    """List runs and sweeps, or the trials of a sweep. words: the command line after `ls`."""
    parser = parser_of("ls", __doc__ or "", one="experiment or sweep")
    parser.add_argument("what", nargs="?", metavar="EXPERIMENT|SWEEP", help="only its runs, or a sweep's trials")
    arguments = parser.parse_args(list(words))
    sweep = sweep_of(arguments.outputs, arguments.what) if arguments.what else None
    if sweep is not None:
        return _list_trials(sweep, as_json=arguments.json)
    found_runs, found_sweeps = runs(arguments.outputs), sweeps(arguments.outputs)
    if arguments.what:
        found_runs = [run for run in found_runs if run.path.parent.name == arguments.what]
        found_sweeps = [sweep for sweep in found_sweeps if sweep.path.parent.name == arguments.what]
    if arguments.json:
        print(strict_json.dumps(listing(found_runs, found_sweeps)))
    else:
        show_listing(found_runs, Console(highlight=False), found_sweeps)
    return 0


def _list_trials(sweep: Sweep, *, as_json: bool) -> int:
    if as_json:
        print(strict_json.dumps(trials_data(sweep.trials())))
    else:
        show_trials(sweep.trials(), sys.stdout)
    return 0
