"""`runner why SWEEP TRIAL`: why a trial ran, or ran again: what differs from before, or from its nearest sibling."""

from __future__ import annotations

from collections.abc import Sequence

from runner.cli.arguments import parser_of, trial_number
from runner.cli.which import the_sweep
from runner.record import strict_json
from runner.report.reasons import why


def main(words: Sequence[str]) -> int:
    """Explain a trial. words: the command line after `why`."""
    parser = parser_of("why", __doc__ or "", one="sweep")
    parser.add_argument("sweep", help="a sweep's folder, its id, or the beginning of it")
    parser.add_argument("trial", type=trial_number, help="the number of the trial")
    arguments = parser.parse_args(list(words))
    found = why(the_sweep(arguments.outputs, arguments.sweep), arguments.trial)
    print(strict_json.dumps(found) if arguments.json else found.sentence())
    return 0
