"""What waits to be sent to MLflow: `python -m runner_mlflow` lists it, `python -m runner_mlflow send` sends it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from runner_mlflow.sender import detach, send
from runner_mlflow.spool import Spooled, absolute, spool_folder, trouble, waiting


def main(words: Sequence[str]) -> int:
    """List or send. Returns 1 where something could not be sent."""
    parser = argparse.ArgumentParser("python -m runner_mlflow", description=__doc__)
    parser.add_argument("do", nargs="?", choices=["list", "send"], default="list", help="default: list")
    parser.add_argument("--spool", help="the folder where events wait; by default the user's own")
    parser.add_argument(
        "--instead", nargs=2, metavar=("OLD", "NEW"), help="send to the address NEW what waits for OLD, a mistake"
    )
    parser.add_argument("--detach", action="store_true", help="send in the background")
    asked = parser.parse_args(words)
    folder = spool_folder(asked.spool)
    if asked.do == "send" and folder.is_dir():
        if asked.detach:
            return 0 if not detach(folder) or send(folder) else 1
        send(folder, {} if asked.instead is None else {asked.instead[0]: absolute(asked.instead[1])})
    return _listed(asked.spool)


def _listed(chosen: str | None) -> int:
    left = list(waiting(spool_folder(chosen)))
    for path in left:
        spooled = Spooled.open(path)
        to = spooled.header.address or "MLflow's own place"
        state = trouble(path) or ("being written" if spooled.is_written() else "not sent yet")
        print(f"{path}: {spooled.header.key} for {to}: {path.stat().st_size - spooled.at:,} bytes, {state}")
    if not left:
        print(f"Nothing waits in '{spool_folder(chosen)}'.")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
