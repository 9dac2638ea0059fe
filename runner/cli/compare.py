"""`runner compare DIR [DIR…] --by KEY`: one setting against the score, over sweeps and runs.

`runner compare SWEEP --pareto model_bytes,latency` lists the trials that no other beats in score, costs and other
metrics alike; where a search had several objectives, `--pareto` alone means those.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence

from rich.console import Console

from runner.cli.arguments import parser_of
from runner.cli.which import sweep_of
from runner.errors import ConfigError
from runner.record import strict_json
from runner.record.read import find
from runner.record.read_sweep import Sweep
from runner.report.comparison import compare, comparison_data, show_comparison, write_comparison
from runner.report.fields import field_of_runs, field_of_sweep
from runner.report.pareto import pareto, pareto_data, show_pareto, write_pareto


def main(words: Sequence[str]) -> int:
    """Compare sweeps and runs by a setting, or trials by what they cost. words: the command line after `compare`.

    Raises ConfigError.
    """
    parser = parser_of("compare", __doc__ or "", one="")
    parser.add_argument("what", nargs="+", metavar="DIR", help="sweeps or runs: folders, or beginnings of ids")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--by", metavar="KEY", help="a setting, such as optimizer.learning_rate")
    measures = "costs or metrics, such as model_bytes,latency: of one sweep; none: what its search went by"
    way.add_argument("--pareto", metavar="MEASURES", nargs="?", const="", help=measures)
    parser.add_argument("--csv", action="store_true", help="print CSV")
    arguments = parser.parse_args(list(words))
    meant = {words: sweep_of(arguments.outputs, words) for words in arguments.what}
    sweeps = [sweep for sweep in meant.values() if isinstance(sweep, Sweep)]
    if arguments.pareto is not None:
        return _pareto(arguments, sweeps)
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


def _pareto(arguments: Namespace, sweeps: Sequence[Sweep]) -> int:
    if len(sweeps) != 1 or len(arguments.what) != 1:
        raise ConfigError("--pareto looks at the trials of one sweep; name one, and no run")
    found = pareto(sweeps[0], [name.strip() for name in arguments.pareto.split(",") if name.strip()])
    if arguments.csv:
        write_pareto(found, sys.stdout)
    elif arguments.json:
        print(strict_json.dumps(pareto_data(found)))
    else:
        show_pareto(found, Console(highlight=False))
    return 0
