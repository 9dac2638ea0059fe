"""`runner compare DIR [DIR…] --by KEY`: one setting against the score, over sweeps and runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console

from runner.cli.arguments import parser_of
from runner.cli.which import sweep_of
from runner.record import strict_json
from runner.record.read import find
from runner.record.read_sweep import Sweep
from runner.report.comparison import compare, comparison_data, show_comparison, write_comparison
from runner.report.fields import field_of_runs, field_of_sweep


def main(words: Sequence[str]) -> int:
    """Compare sweeps and runs by one setting. words: the command line after `compare`. Raises ConfigError."""
    parser = parser_of("compare", __doc__ or "")
    parser.add_argument("what", nargs="+", metavar="DIR", help="sweeps or runs: folders, or beginnings of ids")
    parser.add_argument("--by", required=True, metavar="KEY", help="a setting, such as optimizer.learning_rate")
    parser.add_argument("--csv", action="store_true", help="print CSV")
    arguments = parser.parse_args(list(words))
    meant = {words: sweep_of(arguments.outputs, words) for words in arguments.what}
    sweeps = [sweep for sweep in meant.values() if isinstance(sweep, Sweep)]
    runs = [find(arguments.outputs, words) for words, sweep in meant.items() if sweep is None]
    fields = [*map(field_of_sweep, sweeps), *([field_of_runs(runs)] if runs else [])]
    comparison = compare(fields, arguments.by)
    if arguments.csv:
        write_comparison(comparison, sys.stdout)
    elif arguments.json:
        print(strict_json.dumps(comparison_data(comparison)))
    else:
        show_comparison(comparison, Console(highlight=False))
    return 0
