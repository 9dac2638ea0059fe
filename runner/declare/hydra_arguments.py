"""Hydra's arguments, also where Hydra 1.3 meets Python 3.14.

Hydra 1.3 gives one option an object for a help, so as not to write it in vain. From 3.14 on argparse looks into
every help, and takes that for a badly formed one: Hydra does not start. So nothing is looked into while it makes
its parser.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hydra._internal.utils import get_args_parser


@contextmanager
def lenient_helps() -> Iterator[None]:
    """Have argparse not look into helps while the block lasts."""
    looks: Any = getattr(argparse.ArgumentParser, "_check_help", None)
    if looks is None:
        yield
        return
    argparse.ArgumentParser._check_help = lambda self, action: None  # type: ignore[attr-defined]
    try:
        yield
    finally:
        argparse.ArgumentParser._check_help = looks  # type: ignore[attr-defined]


def args_parser(*, shown: bool = False) -> argparse.ArgumentParser:
    """Return Hydra's parser. shown: its help will be written, so that every help has to be a text."""
    with lenient_helps():
        parser = get_args_parser()
    for action in parser._actions if shown else ():
        action.help = None if action.help is None else str(action.help)
    return parser
