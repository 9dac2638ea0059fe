"""`runner store`: what is kept of earlier computations, making room, and checking every byte.

runner store ls                    the kept results, most recently used last
runner store gc --max-size 2GB     remove the least recently used until the rest takes at most that
runner store verify [--repair]     compare every byte with what was written; --repair puts damaged ones aside
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from runner.errors import ConfigError, IntegrityError
from runner.record import strict_json
from runner.report.tables import seconds, show, size, table
from runner.store.entry import Entry
from runner.store.store import Store

#: Where sweeps keep their results, inside the outputs folder.
FOLDER = ".store"
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


def main(words: Sequence[str]) -> int:
    """Carry out one of the three. words: the command line after `store`."""
    arguments = _parser().parse_args(list(words))
    store = Store(arguments.outputs / FOLDER)
    result: int = arguments.carry_out(store, arguments)
    return result


def bytes_of(text: str) -> int:
    """Return the bytes that a person means. Raises ConfigError.

    >>> bytes_of("2GB"), bytes_of("1.5 MiB"), bytes_of("0")
    (2000000000, 1572864, 0)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]i?|)b?\s*", text.lower())
    if not found:
        raise ConfigError(f"--max-size {text!r} is no size; give bytes, or a number with kB, MB, GB, TB, such as 2GB")
    number, unit = found.groups()
    return round(float(number) * _UNITS[unit])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "runner store", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--outputs", type=Path, default=Path("outputs"), help="where run folders are (outputs)")
    shared.add_argument("--json", action="store_true", help="print JSON")
    commands = parser.add_subparsers(metavar="ls | gc | verify", required=True)
    commands.add_parser("ls", parents=[shared], help="list the kept results").set_defaults(carry_out=_ls)
    gc = commands.add_parser("gc", parents=[shared], help="remove the least recently used")
    gc.add_argument("--max-size", required=True, help="what the rest may take, such as 2GB")
    gc.set_defaults(carry_out=_gc)
    verify = commands.add_parser("verify", parents=[shared], help="compare every byte with what was written")
    verify.add_argument("--repair", action="store_true", help="put damaged entries aside; they are computed again")
    verify.set_defaults(carry_out=_verify)
    return parser


def _ls(store: Store, arguments: argparse.Namespace) -> int:
    entries = sorted(store.entries(), key=lambda entry: entry.used)
    if arguments.json:
        print(strict_json.dumps([_row(entry) for entry in entries]))
        return 0
    console = Console(highlight=False)
    if entries:
        show(
            console,
            table(("key", "stage", "took", "size", "used (UTC)"), list(map(_cells, entries)), numbers=("size",)),
        )
    total = sum(entry.size for entry in entries)
    console.print(Text(f"{len(entries)} results, {size(total)} in '{store.root}'"), soft_wrap=True)
    return 0


def _gc(store: Store, arguments: argparse.Namespace) -> int:
    gone = store.gc(bytes_of(arguments.max_size))
    left = store.size()
    if arguments.json:
        print(strict_json.dumps({"removed": [_row(entry) for entry in gone], "left": left}))
    else:
        print(f"removed {len(gone)} results, {size(sum(entry.size for entry in gone))}; {size(left)} left")
    return 0


def _verify(store: Store, arguments: argparse.Namespace) -> int:
    found = store.repair() if arguments.repair else store.damages()
    if found and not arguments.repair:
        raise IntegrityError(
            "\n".join(
                [
                    f"{len(found)} of the store's entries are damaged:",
                    *(f"  '{at}': {why}" for at, why in found.items()),
                ]
            )
            + "\n'runner store verify --repair' puts them aside; what they held is computed again."
        )
    sound = len(store.entries())
    if arguments.json:
        print(strict_json.dumps({"sound": sound, "put_aside": {str(at): str(why) for at, why in found.items()}}))
    else:
        print(f"ok: {sound} results" + (f"; {len(found)} put aside" if found else ""))
    return 0


def _row(entry: Entry) -> dict[str, Any]:
    return {**asdict(entry), "used": _when(entry).isoformat(timespec="seconds")}


def _cells(entry: Entry) -> list[str]:
    took = entry.about.get("seconds")
    return [
        entry.key[:12],
        str(entry.about.get("stage", "–")),
        seconds(took) if isinstance(took, int | float) else "–",
        size(entry.size),
        f"{_when(entry):%Y-%m-%d %H:%M}",
    ]


def _when(entry: Entry) -> datetime:
    return datetime.fromtimestamp(entry.used, UTC)
