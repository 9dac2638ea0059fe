"""Loops compiled by numba, for trainings that are long enough. They give the same bits as NumPy.

A `Move` is traced (`tracing`) and becomes one pass over the parameters: gradient, penalty, state and
parameters are read once and written once. Nothing is asked of an optimizer's author. Whether the bits are
those of NumPy is tried out before a loop is used.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from runner.learn.fusing import options_of, with_options
from runner.learn.kernels import Move, State, as_trials, is_alike, own, sealed
from runner.learn.tracing import NUMBER, STEP, TRIAL, Symbol, Trace, Untraceable
from runner.learn.trial_axis import trials_last

__all__ = ["Compiled", "Untraceable", "fetch_", "push_"]

Array = NDArray[Any]

#: Options that differ between trials are written out for about so many numbers, so that loops are long.
STRETCH = 1024
_COMPILING = threading.Lock()


class Compiled:
    """Steps own copies in place, by one loop. Raises `Untraceable` for a move that cannot be one."""

    def __init__(self, move: Move, param: Array, state: State) -> None:
        self._param, self._state = (
            own(param),
            {key: own(value) if is_alike(value, param) else value for key, value in state.items()},
        )
        self.param, self.state = sealed(self._param.view()), self._state
        self._move = move
        self._loops = {
            one_rate: _Loop.of(move, self.param, self._state, one_rate=one_rate) for one_rate in (True, False)
        }

    def step_(self, grad: Array, rate: Any) -> None:
        """Make a step."""
        self._loops[isinstance(rate, float)].run_(grad, self._param, self._state, rate)


@dataclass(frozen=True)
class _Loop:
    """A move as a compiled loop with what is to be known before it.

    given: the places in `early` of the rate and of what the state and the options hold, by name. loaded:
    what the loop reads of it. after: the state's single numbers after the step.
    """

    function: Callable[..., None]
    trace: Trace
    rate: Symbol
    options: dict[str, Any]
    numbers: dict[str, Symbol]
    arrays: tuple[str, ...]
    after: dict[str, Any]
    rows: Array

    @classmethod
    def of(cls, move: Move, param: Array, state: State, *, one_rate: bool) -> _Loop:
        trace = Trace(param.dtype)
        rate = trace.given(STEP if one_rate else TRIAL)
        options: dict[str, Any] = {}
        arrays = tuple(key for key, value in state.items() if is_alike(value, param))
        numbers = {key: trace.given(STEP) for key in state if key not in arrays}
        if any(not isinstance(state[key], int | float) for key in numbers):
            raise Untraceable("state")
        symbols: dict[str, Any] = {
            key: trace.given(NUMBER, f"old{place}") for place, key in enumerate(arrays)
        } | numbers
        traced = Move(_symbolic(move.optimizer, trace, options), _symbolic(move.penalty, trace, options), move.added)
        try:
            after, new = traced(trace.given(NUMBER, "grad"), symbols, trace.given(NUMBER, "param"), rate)  # type: ignore[arg-type]
        except (TypeError, AttributeError, ValueError, IndexError) as error:
            raise Untraceable(str(error)) from error
        source = _source(trace, arrays, after, new)
        n_trials = len(param)
        rows = np.empty((max(1, len(trace.loaded)), n_trials * max(1, STRETCH // n_trials)), param.dtype)
        made = cls(
            _compiled(source, param.dtype.name),
            trace,
            rate,
            options,
            numbers,
            arrays,
            {key: new[key] for key in numbers},
            rows,
        )
        made._check(move, param, state, one_rate)
        return made

    def run_(self, grad: Array, param: Array, state: dict[str, Any], rate: Any) -> None:
        """Make a step, in `param` and `state`."""
        values = self._early(state, rate)
        for row, place in zip(self.rows, self.trace.loaded, strict=False):
            row.reshape(-1, len(param))[...] = values[place]
        self.function(_flat(grad), _flat(param), *[_flat(state[key]) for key in self.arrays], self.rows)
        for key, value in self.after.items():
            state[key] = values[int(value.name)] if isinstance(value, Symbol) else value

    def _early(self, state: State, rate: Any) -> list[Any]:
        """Compute what is known before the loop. A number per trial is an array (n_trials,)."""
        given = (
            {self.rate.name: rate} | {symbol.name: state[key] for key, symbol in self.numbers.items()} | self.options
        )
        values: list[Any] = []
        for place, (compute, inputs) in enumerate(self.trace.early):
            known = given.get(str(place))
            if known is None:
                known = compute(
                    *[values[int(value.name)] if isinstance(value, Symbol) else value for value in inputs]
                )
            values.append(known)
        return values

    def _check(self, move: Move, param: Array, state: State, one_rate: bool) -> None:
        """Raise `Untraceable` unless the loop gives the bits that NumPy gives, on some numbers."""
        rng = np.random.default_rng(0)
        part = own(param[:, :1])

        def drawn() -> Array:
            values: Array = own(rng.standard_normal(part.shape).astype(part.dtype))
            values *= rng.random(part.shape) < 0.8
            return values

        grad, before = drawn(), drawn()
        held = {key: np.abs(drawn()) if key in self.arrays else value for key, value in state.items()}
        rate = 0.125 if one_rate else rng.random(len(param)).astype(param.dtype)
        with np.errstate(all="ignore"):
            after, new = move(grad, held, sealed(before.copy(order="K")), as_trials(rate, param.ndim))
            ours, own_state = (
                own(before),
                {key: own(value) if key in self.arrays else value for key, value in held.items()},
            )
            self.run_(grad, ours, own_state, rate)
        same = np.array_equal(after, ours, equal_nan=True)
        same &= all(np.array_equal(new[key], value, equal_nan=key in self.arrays) for key, value in own_state.items())
        if not same:
            raise Untraceable("other bits than NumPy's")


def _symbolic(rule: Any, trace: Trace, options: dict[str, Any]) -> Any:
    """Return the rule with symbols for the options that differ between trials, and note what they stand for."""
    if rule is None:
        return None
    symbols = {}
    for name, value in options_of(rule).items():
        if isinstance(value, np.ndarray):
            symbols[name] = trace.given(TRIAL)
            options[symbols[name].name] = value.reshape(-1)
    return with_options(rule, symbols)


def _source(trace: Trace, arrays: tuple[str, ...], after: Any, new: State) -> str:
    """Write the loop."""
    written = {"param": after} | {f"old{place}": new[key] for place, key in enumerate(arrays)}
    if not all(isinstance(value, Symbol) and value.level == NUMBER and not value.truth for value in written.values()):
        raise Untraceable("what is left of the arrays does not depend on them")
    read = ["grad", *written]
    # slices, because numba turns loops from zero over them into vector instructions
    parts = [f"{name}_ = {name}s[first : first + count]" for name in read]
    parts += [f"early{place}_ = rows[{row}, :count]" for row, place in enumerate(trace.loaded)]
    loads = [f"{name} = {name}_[place]" for name in (*read, *[f"early{place}" for place in trace.loaded])]
    stores = [f"{name}_[place] = {value.name}" for name, value in written.items()]
    return "\n".join(
        [
            f"def loop({', '.join(f'{name}s' for name in read)}, rows):",
            "    stretch = rows.shape[1]",
            "    for first in range(0, params.size, stretch):",
            "        count = min(stretch, params.size - first)",
            *[f"        {part}" for part in parts],
            "        for place in range(count):",
            *[f"            {line}" for line in (*loads, *trace.lines, *stores)],
        ]
    )


def _compiled(source: str, dtype: str) -> Callable[..., None]:
    with _COMPILING:
        return _compiled_once(source, dtype)


@lru_cache(maxsize=64)
def _compiled_once(source: str, dtype: str) -> Callable[..., None]:
    number = np.dtype(dtype).type
    names: dict[str, Any] = {"np": np, "number": number, "one": number(1), "zero": number(0)}
    exec(compile(source, "<traced step>", "exec"), names)
    return numba.njit(nogil=True, error_model="numpy")(names["loop"])  # type: ignore[no-any-return]


def _flat(array: Array) -> Array:
    return np.ascontiguousarray(trials_last(array)).reshape(-1)


def fetch_(rows: Array, columns: Array, factors: Array, into: Array) -> None:
    """Do what `touched.fetch_` does, in one pass."""
    _fetch_(_line(rows), *_strides(rows), columns, factors, into)


def push_(rows: Array, columns: Array, lengths: Array, slopes: Array) -> None:
    """Do what `touched.push_` does, in one pass."""
    _push_(_line(rows), *_strides(rows), columns, lengths, slopes)


def _strides(rows: Array) -> tuple[int, int]:
    """How many numbers of its `_line` are from one row to the next, and from one of a row's parts to the next."""
    return rows.strides[0] // rows.itemsize, rows.strides[1] // rows.itemsize


def _line(rows: Array) -> Array:
    """View all memory from the first to the last number as one line.

    The numbers of a worker lie among those of its neighbours, and numba's loops are three times slower over an
    array of which it does not know that the trials of a part are side by side.
    """
    first, second = _strides(rows)
    length = (rows.shape[0] - 1) * first + (rows.shape[1] - 1) * second + rows.shape[2]
    return np.lib.stride_tricks.as_strided(rows, (length,), (rows.itemsize,))


@numba.njit(nogil=True)
def _fetch_(line: Array, first: int, second: int, columns: Array, factors: Array, into: Array) -> None:
    n_parts, n_trials = factors.shape
    for place in range(len(columns)):
        for part in range(n_parts):
            start = columns[place] * first + part * second
            given, taken, factor = line[start : start + n_trials], into[place, part], factors[part]
            for trial in range(n_trials):
                taken[trial] = given[trial] * factor[trial]


@numba.njit(nogil=True)
def _push_(line: Array, first: int, second: int, columns: Array, lengths: Array, slopes: Array) -> None:
    n_parts, n_trials = lengths.shape
    for place in range(len(columns)):
        for part in range(n_parts):
            start = columns[place] * first + part * second
            numbers, length, slope = line[start : start + n_trials], lengths[part], slopes[place, part]
            for trial in range(n_trials):
                numbers[trial] -= length[trial] * slope[trial]
