"""`runner predict RUN|BUNDLE IN OUT`: answer a file of rows with a model, in memory that does not grow with the file.

IN and OUT end in .csv, .jsonl or .parquet, or are '-' for CSV in a pipe. Every column is passed through; `predict`
and, for a classifier, `predict_proba_<class>` are added. OUT appears when all of it is written.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from runner.cli.arguments import parser_of
from runner.cli.models import add_model_words, loaded, the_run
from runner.record import strict_json
from runner.ship.opening import opened
from runner.ship.pieces import STANDARD, pieces
from runner.ship.predicting import predicted
from runner.ship.writing import writing

_ROWS = 4096


def main(words: Sequence[str]) -> int:
    """Predict. words: the command line after `predict`. Raises RunnerError, leaving no file."""
    parser = parser_of("predict", __doc__ or "")
    add_model_words(parser)
    parser.add_argument("input", metavar="IN", help="the rows: .csv, .jsonl, .parquet, or - for CSV")
    parser.add_argument("output", metavar="OUT", help="where the answers go: .csv, .jsonl, .parquet, or - for CSV")
    parser.add_argument("--overwrite", action="store_true", help="replace OUT where it is there")
    arguments = parser.parse_args(list(words))
    with writing(arguments.output, overwrite=arguments.overwrite) as writer:
        run = the_run(arguments.outputs, arguments.run)
        model = opened(run, arguments.engine, lambda name: loaded(run, name, allow_modified=arguments.allow_modified))
        rows = 0
        for piece in predicted(model, pieces(arguments.input, _ROWS)):
            writer.write(piece)
            rows += len(next(iter(piece.values()), ()))
    told = {"output": arguments.output, "rows": rows, "engine": model.engine}
    line = strict_json.dumps(told, indent=None) if arguments.json else f"{rows:,} rows ({model.engine})"
    print(line, file=sys.stderr if arguments.output == STANDARD else sys.stdout)
    return 0
