"""Hydra's parser of a command line, also where Hydra 1.3 meets Python 3.14."""

from __future__ import annotations

import argparse
from typing import Any

from hydra._internal.utils import get_args_parser


def args_parser(*, shown: bool = False) -> argparse.ArgumentParser:
    """Return Hydra's parser. shown: its help will be written.

    Hydra 1.3 gives one option an object for a help, so as not to write it in vain; from 3.14 on, argparse looks into
    every help, and takes that for a badly formed one. So nothing is looked into, and it is written where it is shown.
    """
    looks: Any = getattr(argparse.ArgumentParser, "_check_help", None)
    if looks is None:
        return get_args_parser()
    argparse.ArgumentParser._check_help = lambda self, action: None  # type: ignore[attr-defined]
    try:
        parser = get_args_parser()
    finally:
        argparse.ArgumentParser._check_help = looks  # type: ignore[attr-defined]
    for action in parser._actions if shown else ():
        action.help = None if action.help is None else str(action.help)
    return parser
