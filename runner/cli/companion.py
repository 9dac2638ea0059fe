"""The process that does the work, started before it is known what the work will be.

Importing scikit-learn takes longer than importing Hydra and composing a config, and two processes do both
at once where one would do them in turn: the companion warms up while the command is being understood. Jobs
arrive on its standard input, one JSON object per line; answers leave by a pipe of their own, so what
components print cannot garble them. Its input ending in the middle of a job means that the command is
dead, and it ends as well.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.cli.result import Result
    from runner.contracts import Event
    from runner.execute.request import Request

# This module is loaded before the companion is started, and each import here delays it: the others come late.


class Companion:
    """Our end of the companion process."""

    def __init__(self, process: subprocess.Popen[bytes], answers: IO[bytes]) -> None:
        self._process, self._answers = process, answers

    @classmethod
    def start(cls) -> Companion | None:
        """Start it; None where file descriptors cannot be handed on (Windows), and jobs run in this process."""
        if os.name != "posix":
            return None
        read_end, write_end = os.pipe()
        # -P: a file named like a module, lying in the folder one stands in, must not be imported.
        command = [sys.executable, "-P", "-m", "runner.cli.companion", str(write_end)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[write_end])
        os.close(write_end)
        return cls(process, os.fdopen(read_end, "rb"))

    def execute(self, request: Request, hear: Callable[[Event], None]) -> Result:
        """Have one request carried out. hear: told every event. Raises PluginError if the companion dies."""
        import json
        from dataclasses import asdict

        from runner.cli.result import Result
        from runner.contracts import Event

        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # its early death is told below
            self._process.stdin.write(json.dumps(asdict(request), default=str).encode() + b"\n")
            self._process.stdin.flush()
        for line in self._answers:
            told = json.loads(line)
            if "result" in told:
                return Result(**told["result"])
            hear(Event(**told["event"]))
        raise _died(self._process.wait())

    def stop(self) -> None:
        """End it: no more jobs."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._answers.close()
        self._process.terminate()
        self._process.wait()


def _died(code: int) -> Exception:
    from runner.errors import PluginError

    how = f"was killed by signal {-code}" if code < 0 else f"left with code {code}"
    return PluginError(
        f"the process that carried out the run {how} in the middle of it; a component ended it, or memory ran "
        "out. The unfinished folder ends in '.partial'; its logs/run.log tells how far the run came."
    )


# --- the companion's own end ------------------------------------------------------------------------------


def serve(answers: IO[bytes]) -> None:
    """Warm up, then carry out jobs until the input ends."""
    import gc
    import json
    import queue
    import signal
    import threading

    jobs: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    busy = threading.Event()

    def read() -> None:
        for line in sys.stdin.buffer:
            busy.set()
            jobs.put(line)
        if busy.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
        jobs.put(None)

    threading.Thread(target=read, daemon=True).start()
    # Importing makes hundreds of thousands of objects that stay: looking for garbage among them costs 0.3 s.
    gc.disable()
    from runner.execute.lean import import_scikit_learn

    import_scikit_learn()
    from runner.cli.here import execute_here
    from runner.execute.request import Request
    from runner.record.strict_json import dumps

    def send(told: Mapping[str, Any]) -> None:
        answers.write(dumps(told, indent=None).encode() + b"\n")
        answers.flush()

    while (job := jobs.get()) is not None:
        result = execute_here(Request(**json.loads(job)), lambda event: send({"event": event}))
        busy.clear()
        send({"result": result})
        gc.freeze()
        gc.enable()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt), os.fdopen(int(sys.argv[1]), "wb") as _answers:
        serve(_answers)
