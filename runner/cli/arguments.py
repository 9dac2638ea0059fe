"""What the commands about finished runs have in common: which run, in which outputs folder, as JSON or not."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def parsed(command: str, about: str, words: Sequence[str], *, run: bool) -> argparse.Namespace:
    """Parse a command's words. run: whether it takes a run; then `run` is what the person typed."""
    parser = argparse.ArgumentParser(f"runner {command}", description=about)
    if run:
        parser.add_argument("run", help="a run folder, a run's id, or the beginning of one")
    else:
        parser.add_argument("experiment", nargs="?", help="only runs of this experiment")
    parser.add_argument("--outputs", type=Path, default=Path("outputs"), help="where run folders are (outputs)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(list(words))
