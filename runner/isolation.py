"""Keep a stranger's code from changing what belongs to the whole process.

A component may compute what it likes; it may not leave another working directory, other signal handlers,
other warning filters or another global random state behind, nor write into our standard output. What it
changed is put back and named.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import random
import signal
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

FILTERS_CHANGED = "changed the warning filters"
_SIGNALS = [signal.SIGINT, signal.SIGTERM]
#: As it was found last; it hardly ever changes.
_latest_state: _NumpyState | None = None
#: Kept alive a while: a thread in the middle of `print` holds no reference of its own to what it writes into.
_recent: deque[_Printed] = deque(maxlen=64)


@contextlib.contextmanager
def restored_globals(changes: list[str]) -> Iterator[None]:
    """Run a block, put process-wide state back, and append to `changes` what had to be put back."""
    folder, filters = os.getcwd(), warnings.filters[:]
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    python_state, numpy_state = random.getstate(), _numpy_state()
    printed = _Printed(sys.stdout)
    _recent.append(printed)
    try:
        with contextlib.redirect_stdout(printed):
            yield
    finally:
        if _folder_now() != folder:
            os.chdir(folder)
            changes.append("changed the working directory")
        if warnings.filters[:] != filters:
            warnings.filters[:] = filters  # type: ignore[index]  # a list, whatever the stubs say
            _forget_filter_cache()
            changes.append(FILTERS_CHANGED)
        if _restore_handlers(handlers):
            changes.append("changed the signal handlers")
        if random.getstate() != python_state:
            random.setstate(python_state)
            changes.append("changed the state of Python's global random numbers")
        if _restore_numpy(numpy_state):
            changes.append("changed the state of NumPy's global random numbers")
        if printed.getvalue():
            changes.append(f"printed to the standard output: {printed.getvalue().strip()[:500]!r}")


class Aside(threading.Thread):
    """A thread beside the components: what it prints is its own, whichever of them is at work."""


class _Printed(io.StringIO):
    """Takes what a component prints, and hands on what a thread beside it does."""

    def __init__(self, stdout: IO[str]) -> None:
        super().__init__()
        self.stdout = stdout

    def write(self, text: str) -> int:
        if isinstance(threading.current_thread(), Aside):
            return int(self.stdout.write(text))
        return super().write(text)


def stdout_outside() -> IO[str]:
    """Return the standard output as it is outside of components, whichever of them is at work."""
    found = sys.stdout
    while isinstance(found, _Printed):
        found = found.stdout
    return found


def call_isolated(function: Callable[..., Any], *arguments: Any) -> tuple[Any, list[str]]:
    """Call a component's function. Returns its result, and what it tried to change and warned of."""
    remarks: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        with restored_globals(remarks):
            result = function(*arguments)
    told = dict.fromkeys(f"warned: {warning.category.__name__}: {warning.message}" for warning in caught)
    return result, [*remarks, *told]


def _folder_now() -> str | None:
    try:
        return os.getcwd()
    except FileNotFoundError:  # the folder was removed under us: worth going back, if only to fail clearly
        return None


def _forget_filter_cache() -> None:
    mutated = getattr(warnings, "_filters_mutated", None)  # renamed with a lock in Python 3.14
    if mutated is not None:
        mutated()


def _restore_handlers(before: dict[signal.Signals, Any]) -> bool:
    changed = [number for number, handler in before.items() if signal.getsignal(number) is not handler]
    if changed and threading.current_thread() is threading.main_thread():
        for number in changed:
            signal.signal(number, before[number] or signal.SIG_DFL)
    return bool(changed)


@dataclass(frozen=True)
class _NumpyState:
    """NumPy's global random numbers at a moment. memory: see `_memory_of`; state: what NumPy can put back."""

    generator: Any
    memory: bytes | None
    state: Any


def _numpy_state() -> _NumpyState | None:
    global _latest_state
    numpy = sys.modules.get("numpy")
    if numpy is None:  # a process without NumPy has no such state to lose
        return None
    generator = numpy.random.get_bit_generator()
    memory = _memory_of(generator)
    known = _latest_state
    if known is None or memory is None or known.generator is not generator or known.memory != memory:
        known = _latest_state = _NumpyState(generator, memory, numpy.random.get_state(legacy=False))
    return known


def _memory_of(generator: Any) -> bytes | None:
    """Return a Mersenne Twister's 624 words and its position as they lie in memory; None for another generator.

    Reading them takes 1 us and asking NumPy for its state 50, which thousands of short calls would feel.
    """
    if type(generator).__name__ != "MT19937":
        return None
    return ctypes.string_at(generator.ctypes.state_address, 625 * 4)


def _restore_numpy(before: _NumpyState | None) -> bool:
    if before is None:
        return False
    random_numbers = sys.modules["numpy"].random
    generator = random_numbers.get_bit_generator()
    if before.memory is not None and generator is before.generator and _memory_of(generator) == before.memory:
        return False
    now, then = random_numbers.get_state(legacy=False), before.state
    same = bool(
        now["bit_generator"] == then["bit_generator"]
        and now["state"]["pos"] == then["state"]["pos"]
        and (now["state"]["key"] == then["state"]["key"]).all()
    )
    if not same:
        random_numbers.set_state(then)
    return not same
