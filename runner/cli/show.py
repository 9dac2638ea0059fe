"""`runner show RUN|SWEEP [TRIAL]`: declaration, scores, stages and files of a run; a sweep; one of its trials."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from runner.cli.arguments import parser_of, trial_number
from runner.cli.which import sweep_of, the_sweep, trial_of
from runner.record import strict_json
from runner.record.read import find
from runner.record.read_sweep import Sweep
from runner.report.run_page import run_data, show_run
from runner.report.sweep_page import show_sweep, sweep_data
from runner.report.trial_page import show_trial, trial_data


def main(words: Sequence[str]) -> int:
    """Show a run, a sweep or a trial. words: the command line after `show`."""
    parser = parser_of("show", __doc__ or "")
    parser.add_argument("run", help="a folder, an id of a run or a sweep, or the beginning of one")
    parser.add_argument("trial", nargs="?", type=trial_number, help="the number of a trial of the sweep")
    arguments = parser.parse_args(list(words))
    if arguments.trial is not None:
        return _trial(the_sweep(arguments.outputs, arguments.run), arguments.trial, as_json=arguments.json)
    trial = trial_of(arguments.run)
    if trial is not None:
        return _trial(*trial, as_json=arguments.json)
    sweep = sweep_of(arguments.outputs, arguments.run)
    if sweep is not None:
        return _sweep(sweep, as_json=arguments.json)
    run = find(arguments.outputs, arguments.run)
    if arguments.json:
        print(strict_json.dumps(run_data(run)))
    else:
        show_run(run, Console(highlight=False))
    return 0


def _sweep(sweep: Sweep, *, as_json: bool) -> int:
    if as_json:
        print(strict_json.dumps(sweep_data(sweep)))
    else:
        show_sweep(sweep, Console(highlight=False))
    return 0


def _trial(sweep: Sweep, number: int, *, as_json: bool) -> int:
    if as_json:
        print(strict_json.dumps(trial_data(sweep, number)))
    else:
        show_trial(sweep, number, Console(highlight=False))
    return 0
