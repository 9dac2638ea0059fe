"""One task in a worker: its output goes to its log, its limits hold, and however it ends there is an answer."""

from __future__ import annotations

import ctypes
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from threadpoolctl import ThreadpoolController

from runner.errors import RunnerError
from runner.secrets import masked
from runner.trials.limits import Peak, address_space
from runner.trials.mistakes import kind_of
from runner.trials.wire import Message, encoded

_LIBC = ctypes.CDLL(None)

CarryOut = Callable[[], Mapping[str, Any]]

#: Libraries that are loaded later read these.
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def perform(carry_out: CarryOut, order: Message, peak: Peak) -> Message:
    """Carry out one task and return how it ended, as the driver reads it. order: as the driver wrote it."""
    started = time.monotonic()
    peak.begin()
    try:
        with output_to(Path(order["log"])):
            ended = _outcome(carry_out, order)
    except OSError as error:
        ended = _error("failed", "storage", f"the log '{order['log']}' cannot be written: {error}")
    seconds = time.monotonic() - started
    return {"ended": order["task"], "seconds": seconds, "peak": peak.end(), **ended}


def _outcome(carry_out: CarryOut, order: Message) -> Message:
    try:
        with threads(order["payload"].get("threads")), address_space(order.get("address_space")):
            answer = carry_out()
        if not isinstance(answer, Mapping):
            raise TypeError(f"the work answered {answer!r}, and must answer a mapping")
        encoded(answer)
    except MemoryError as error:
        _log_traceback()
        return _error("oom", "oom", f"no memory was left: {error}" if str(error) else "no memory was left")
    except (SystemExit, KeyboardInterrupt) as error:
        _log_traceback()
        return _error("exited", "exited", f"a component raised {error!r}, which would have ended the process")
    except RunnerError as error:
        return _mistake(error)
    except BaseException as error:  # noqa: BLE001 - told to the driver; a worker outlives its tasks
        _log_traceback()
        return _error("failed", "component", f"{type(error).__name__}: {error}")
    return {"state": "done", "answer": answer}


def _log_traceback() -> None:
    # not through sys.stderr, which a component may have closed or replaced
    os.write(2, masked(traceback.format_exc()).encode("utf-8", "backslashreplace"))


def _mistake(error: RunnerError) -> Message:
    if error.__cause__ is not None:  # a component's own exception: its traceback is for the log
        _log_traceback()
    if any(isinstance(cause, MemoryError) for cause in _causes(error)):
        return _error("oom", "oom", str(error))
    return _error("failed", kind_of(error), str(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _error(state: str, kind: str, message: str) -> Message:
    return {"state": state, "kind": kind, "message": masked(message)}


@contextmanager
def output_to(log: Path) -> Iterator[None]:
    """Send what this process writes to its standard output and error to a file; none is left where it is empty."""
    _redirect(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666))
    # New ones each time: whatever the task before did to its own.
    sys.stdout, sys.stderr = _writer(1), _writer(2)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(ValueError, OSError):  # the component has closed it, or the disk is full
                stream.flush()
        _LIBC.fflush(None)
        _redirect(os.open(os.devnull, os.O_WRONLY))
        with suppress(FileNotFoundError):
            if log.stat().st_size == 0:
                log.unlink()


def _redirect(descriptor: int) -> None:
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    if descriptor > 2:
        os.close(descriptor)


def _writer(descriptor: int) -> Any:
    return open(descriptor, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """Hold BLAS and OpenMP to so many threads while the block lasts; None: as they are."""
    if count is None:
        yield
        return
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(count)))
    with _pools(len(sys.modules)).limit(limits=count):
        yield


@lru_cache(maxsize=1)
def _pools(n_modules: int) -> ThreadpoolController:
    # Finding the libraries takes 2 ms, and there can only be new ones where something was imported.
    return ThreadpoolController()
