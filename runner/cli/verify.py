"""`runner verify RUN|SWEEP`: are the files the ones that were written? Exit code 6 names those that are not."""

from __future__ import annotations

from collections.abc import Sequence

from runner.cli.arguments import parser_of
from runner.cli.which import sweep_of, trial_of
from runner.record import strict_json
from runner.record.read import find


def main(words: Sequence[str]) -> int:
    """Check every byte of a run, sweep or trial. words: the command line after `verify`. Raises IntegrityError."""
    parser = parser_of("verify", __doc__ or "")
    parser.add_argument("run", help="a folder, an id of a run or a sweep, or the beginning of one")
    arguments = parser.parse_args(list(words))
    trial = trial_of(arguments.run)
    sweep = sweep_of(arguments.outputs, arguments.run) if trial is None else trial[0]
    if sweep is None:
        run = find(arguments.outputs, arguments.run)
        run.verify()
        checked, count, noun = {"run": str(run.path)}, len(run.files), "files"
    elif trial is None:
        sweep.verify()
        checked, count, noun = {"sweep": str(sweep.path)}, len(sweep.trials()), "trials"
    else:
        files = sweep.trial(trial[1]).files
        checked, count, noun = {"trial": arguments.run}, len(files) + 1, "files"
    print(strict_json.dumps({**checked, noun: count}) if arguments.json else f"ok: {count} {noun}")
    return 0
