"""The process in which a run is replayed: `python -m runner.cli.replayed RESULT`, the request on standard input.

Threads and kernels are chosen by its environment when NumPy is loaded, so it begins with nothing loaded. How the run
ended is written to the file RESULT as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from runner.cli.result import Result
from runner.errors import PluginError

if TYPE_CHECKING:
    from runner.execute.request import Request


def carry_out_apart(request: Request, environment: Mapping[str, str]) -> Result:
    """Have a request carried out by a fresh process with this environment. Raises PluginError if the process dies."""
    with TemporaryDirectory() as folder:
        place = Path(folder, "result.json")
        command = [sys.executable, "-P", "-m", "runner.cli.replayed", str(place)]
        # What components print must not mix with our own output, which may be JSON.
        done = subprocess.run(
            command, input=json.dumps(asdict(request)).encode(), env=dict(environment), stdout=sys.stderr, check=False
        )
        if not place.is_file():
            raise PluginError(
                f"the process that replayed the run left with code {done.returncode} in the middle of it; a "
                "component ended it, or memory ran out. The unfinished folder ends in '.partial'; its logs/run.log "
                "tells more."
            )
        return Result(**json.loads(place.read_text(encoding="utf-8")))


def main(words: list[str]) -> int:
    """Carry out the request and write down how it ended. words: where to."""
    from runner.execute.lean import import_scikit_learn

    import_scikit_learn()
    from runner.cli.here import execute_here
    from runner.execute.request import Request
    from runner.record import strict_json

    result = execute_here(Request(**json.load(sys.stdin)), lambda _: None)
    Path(words[0]).write_text(strict_json.dumps(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
