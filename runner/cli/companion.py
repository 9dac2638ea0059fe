"""The process that does the work, started before it is known what the work will be.

Importing scikit-learn takes longer than importing Hydra and composing a config, and two processes do both
at once where one would do them in turn: the companion warms up while the command is being understood. Jobs
arrive on its standard input, one JSON object per line; answers leave by a pipe of their own, so what
components print cannot garble them. Its input ending in the middle of a job means that the command is
dead, and it ends as well.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.execute.request import Request


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

    def execute(self, request: Request) -> float | None:
        """Have one request carried out; return its primary score. Raises RunnerError as the run did."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # its early death is told below
            self._process.stdin.write(json.dumps(asdict(request), default=str).encode() + b"\n")
            self._process.stdin.flush()
        answer = self._answers.readline()
        if not answer:
            raise _died(self._process.wait())
        return _understood(json.loads(answer))

    def stop(self) -> None:
        """End it: no more jobs."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._answers.close()
        self._process.terminate()
        self._process.wait()


def _understood(answer: Mapping[str, Any]) -> float | None:
    from runner.errors import ExitCode, RunnerError  # only after the run; the start must stay light

    code = answer["exit_code"]
    if code == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code != ExitCode.OK:
        error = RunnerError(answer["message"])
        error.exit_code = ExitCode(code)
        raise error
    score: float | None = answer["score"]
    return score


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
    from runner.cli import here  # the warm-up: scikit-learn and everything a run needs

    while (job := jobs.get()) is not None:
        answers.write(json.dumps(here.answer(json.loads(job))).encode() + b"\n")
        busy.clear()
        answers.flush()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt), os.fdopen(int(sys.argv[1]), "wb") as _answers:
        serve(_answers)
