"""`runner drift RUN FILE`: do new rows still look like those that the run's model was made with?

Each column, and what the model says, is compared with the reference that the run keeps: numbers by Kolmogorov and
Smirnov, categories by chi-square, both adjusted for their number (Benjamini and Hochberg), and by the population
stability index. The exit code is 1 where something drifts, 0 where nothing does, 3 for rows that cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from runner.api import drift
from runner.cli.arguments import parser_of
from runner.errors import ConfigError
from runner.record import strict_json
from runner.record.read import find
from runner.report.drift_page import show_drift


def main(words: Sequence[str]) -> int:
    """Compare new rows with a run's. words: the command line after `drift`. Raises RunnerError."""
    parser = parser_of("drift", __doc__ or "")
    parser.add_argument("run", help="a run's folder, its id, or the beginning of one")
    parser.add_argument("file", type=Path, help="the new rows: .csv, .parquet, .jsonl, .json, .xlsx")
    parser.add_argument("--alpha", type=float, default=0.05, help="share of false alarms that is put up with (0.05)")
    parser.add_argument("--mark", type=float, default=0.1, help="how large a shift has to be, as a PSI (0.1)")
    parser.add_argument("--source", help="what reads the file, such as '{use: csv, separator: \";\"}'")
    parser.add_argument("--all", action="store_true", help="show what does not drift, too")
    arguments = parser.parse_args(list(words))
    run = find(arguments.outputs, arguments.run)
    source = None if arguments.source is None else _source(arguments.source)
    found = drift(run.path, arguments.file, alpha=arguments.alpha, mark=arguments.mark, source=source)
    if arguments.json:
        print(strict_json.dumps({"run": run.info.id, "drifts": found.drifts, **asdict(found)}))
    else:
        show_drift(found, Console(highlight=False), everything=arguments.all)
    return int(found.drifts)


def _source(text: str) -> Mapping[str, Any]:
    import yaml  # only where a source is declared

    try:
        declared = yaml.safe_load(text)
    except yaml.YAMLError:
        declared = None
    if not isinstance(declared, dict) or not isinstance(declared.get("use"), str):
        raise ConfigError(
            f"--source: {text!r} declares no source; write '{{use: NAME, …}}' with the options of NAME."
        )
    return declared
