"""`runner report RUN|SWEEP [--to FOLDER]`: write the page of a finished run or a sweep, `report.html` with figures.

The page opens from disk in any browser and needs no other file. It goes to `./report-<id>/`: what a run recorded is
never changed. With `report=html` a run has its page from the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runner.cli.arguments import parser_of
from runner.cli.which import sweep_of, trial_of
from runner.errors import ConfigError
from runner.record import strict_json
from runner.record.read import find
from runner.report.pages import written_page
from runner.report.short_names import near


def main(words: Sequence[str]) -> int:
    """Write a report. words: the command line after `report`. Raises RunnerError where there is nothing to tell."""
    parser = parser_of("report", __doc__ or "")
    parser.add_argument("run", help="a folder, an id of a run or a sweep, or the beginning of one")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where to write it (report-<id>)")
    arguments = parser.parse_args(list(words))
    if trial_of(arguments.run) is not None:
        raise ConfigError(
            f"{arguments.run!r} is a trial of a sweep, which has no page of its own. Write the page of the sweep, "
            "or look at the trial with 'runner show'."
        )
    sweep = sweep_of(arguments.outputs, arguments.run)
    folder = sweep.path if sweep is not None else find(arguments.outputs, arguments.run).path
    page = written_page(folder, arguments.to)
    print(strict_json.dumps({"page": str(page)}) if arguments.json else near(page))
    return 0
