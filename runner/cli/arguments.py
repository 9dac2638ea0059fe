"""What the commands about runs and sweeps have in common: which outputs folder, JSON or not, and one of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from runner.errors import ConfigError


def parser_of(command: str, about: str, *, one: str = "run") -> argparse.ArgumentParser:
    """Return a parser of what such a command takes besides its own words.

    one: what it is about, such as "sweep"; "" where it may be several. Of several, parsing raises ConfigError.
    """
    parser = OneParser(f"runner {command}", one, description=about)
    parser.add_argument("--outputs", type=Path, default=Path("outputs"), help="where run folders are (outputs)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


class OneParser(argparse.ArgumentParser):
    """A parser that knows what people give too many of: `outputs/digits/2*` is all runs of the experiment."""

    def __init__(self, prog: str, one: str, **rest: Any) -> None:
        super().__init__(prog, **rest)
        self.one = one

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as ever, but tell of folders too many before argparse gives them other meanings."""
        if self.one:
            check_one(self.prog, self.one, args)
        found, more = self.parse_known_args(args, namespace)
        if self.one and more:
            check_one(self.prog, self.one, [word for word in args if not word.startswith("-")])
        if more:
            self.error(f"{self.prog!r} has no place for {', '.join(map(repr, more))}")
        return found


def check_one(command: str, one: str, words: Sequence[str]) -> None:
    """Refuse words among which are several folders, as a pattern of the shell gives them. Raises ConfigError."""
    behind = pairwise(["", *words])  # the folder behind a flag is its value
    places = [word for flag, word in behind if not flag.startswith("--") and _is_folder(word)]
    if len(places) > 1:
        newest = max(places, key=lambda place: Path(place).name)
        told = "" if Path(newest).name.startswith("sweep-") else f" The newest is '{newest}'."
        more = f", … ({len(places)} in all)" if len(places) > 5 else ""
        raise ConfigError(
            f"'{command}' takes one {one}, and {len(places)} folders were given: "
            f"{', '.join(repr(place) for place in places[:5])}{more}. Name one of them.{told}"
        )


def _is_folder(word: str) -> bool:
    """Say whether a word names a folder, and is not the number of a trial in the folder one stands in."""
    return not word.startswith("-") and not word.isdecimal() and Path(word).is_dir()


def trial_number(text: str) -> int:
    """Read the number of a trial. Raises argparse.ArgumentTypeError, which argparse tells."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of a trial, such as 3; 'runner ls SWEEP' lists them")
    return int(text)
