"""Steps of the columns that occur, for sparse rows: 128 documents use a tenth of a vocabulary of 50,000 words.

A column that no row of the mini-batch uses has the gradient zero. Where a step by zero changes nothing, as
with Adagrad, only the columns that occur are stepped (`Resting`), and the outcome is exactly that of stepping
all. Plain gradient descent under an l2 penalty does shrink the others, by the same factor 1 − η l2 at every
step: it is kept as one number per trial, w = s · v (Bottou, 2010, stochastic gradient tricks), and multiplied
in at the end (`Shrinking`). Whatever else an optimizer does to columns at rest is done to all.

The columns are fetched into one room that is used again at every step, and stepped block by block: memory
that is asked for and given back at each step costs several times more than the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from runner.learn.kernels import BLOCK, Move, State, as_trials, is_alike, own, sealed
from runner.learn.trial_axis import trials_first, trials_last

Array = NDArray[Any]
Columns = NDArray[np.intp]

#: The common factor is multiplied in before it gets smaller than this,
SMALLEST = 1e-6
#: and at once where a single step shrinks by more than this.
STEEPEST = 0.5


class Touched(Protocol):
    """One parameter array (n_trials, n_columns, …) of which each step changes some columns."""

    @property
    def param(self) -> Array:
        """All parameters as they are now, read-only."""
        ...

    @property
    def state(self) -> State:
        """The optimizer's state that belongs to them."""
        ...

    def at(self, columns: Columns) -> Array:
        """Return the parameters of some columns, (n_trials, len(columns), …), until it is called again."""
        ...

    def step_at_(self, columns: Columns, grad: Array, rate: Any) -> None:
        """Step these columns, the others having the gradient zero. rate: a float, or (n_trials,)."""
        ...


class Resting:
    """Steps copies in place, by a move that leaves the columns alone whose gradient is zero.

    into: memory for the copy of the parameters, laid out as `own` does; None for memory of one's own.
    """

    def __init__(self, move: Move, param: Array, state: State, into: Array | None = None) -> None:
        self._move = move
        self._param = _copied(param, into)
        self._room = _Room(self._param)
        self.state: State = {key: own(value) if is_alike(value, param) else value for key, value in state.items()}

    @property
    def param(self) -> Array:
        """All parameters as they are now, read-only."""
        return sealed(self._param.view())

    def at(self, columns: Columns) -> Array:
        """Return the parameters of some columns."""
        fetched = self._room.of(len(columns))
        fetched[...] = _rows(self._param)[columns]
        return _shaped(fetched, self._param)

    def step_at_(self, columns: Columns, grad: Array, rate: Any) -> None:
        """Step these columns."""
        after: State = {}
        for part in _blocks(_rows(self._param), len(columns)):
            chosen = columns[part]
            held = {key: _taken(v, chosen) if is_alike(v, self._param) else v for key, v in self.state.items()}
            before = sealed(_taken(self._param, chosen))
            stepped, after = self._move(grad[:, part], held, before, as_trials(rate, grad.ndim))
            _put(self._param, chosen, stepped)
            for key, value in after.items():
                if is_alike(self.state[key], self._param):
                    _put(self.state[key], chosen, value)
        self.state = {key: v if is_alike(v, self._param) else after.get(key, v) for key, v in self.state.items()}


class Shrinking:
    """Steps a copy in place by θ ← θ − η (g + decay θ). decay: (n_trials,), the l2 of each.

    into: see `Resting`. compiled: whether the two passes over the columns are loops of `kernels_numba`; they
    give the same bits.
    """

    def __init__(self, param: Array, decay: Array, into: Array | None = None, *, compiled: bool = False) -> None:
        self.state: State = {}
        self._decay = decay
        self._scale = np.ones(len(param))
        self._param = _copied(param, into)
        self._room = _Room(self._param)
        self._passes = _compiled_passes() if compiled else (fetch_, push_)

    @property
    def param(self) -> Array:
        """All parameters as they are now, read-only."""
        self._fold()
        return sealed(self._param.view())

    def at(self, columns: Columns) -> Array:
        """Return the parameters of some columns."""
        fetched = self._room.of(len(columns))
        self._passes[0](_rows(self._param), columns, self._spread(self._scale), fetched)
        return _shaped(fetched, self._param)

    def step_at_(self, columns: Columns, grad: Array, rate: Any) -> None:
        """Step these columns."""
        shrinking = 1 - rate * self._decay
        self._scale = self._scale * shrinking
        if shrinking.min() < STEEPEST or self._scale.min() < SMALLEST:
            self._fold()
        slopes = np.ascontiguousarray(trials_last(grad)).reshape(len(columns), *self._room.shape)
        self._passes[1](_rows(self._param), columns, self._spread(rate / self._scale), slopes)

    def _fold(self) -> None:
        if (self._scale != 1).any():
            rows, factors = _rows(self._param), self._spread(self._scale)
            rows *= factors
            self._scale = np.ones(len(self._scale))

    def _spread(self, values: Array) -> Array:
        """Write one number per trial out for each number of a column."""
        return np.broadcast_to(values.astype(self._param.dtype), self._room.shape).copy()


def fetch_(rows: Array, columns: Columns, factors: Array, into: Array) -> None:
    """Copy some rows (n_columns, m, n_trials), each number times its factor (m, n_trials)."""
    for part in _blocks(rows, len(columns)):
        np.multiply(rows[columns[part]], factors, out=into[part])


def push_(rows: Array, columns: Columns, lengths: Array, slopes: Array) -> None:
    """Subtract the slopes (len(columns), m, n_trials), each number times its length (m, n_trials), from some rows."""
    for part in _blocks(rows, len(columns)):
        rows[columns[part]] -= lengths * slopes[part]


def touched(
    move: Move,
    param: Array,
    state: State,
    place: Callable[[], Array | None] = lambda: None,
    *,
    compiled: bool = False,
) -> Touched | None:
    """Return what steps the columns that occur alone, or None where a step changes the others in other ways.

    place: asked where the parameters shall be, see `Resting`, once it is clear that they are wanted.
    """
    penalty = move.penalty
    shrinks = penalty is None or (penalty.l1 is None and not move.added)
    if shrinks and not state and _is_plain(move, param):
        decay = 0.0 if penalty is None else penalty.l2
        each = np.broadcast_to(np.ravel(decay), len(param)).astype(np.float64)
        return Shrinking(param, each, place(), compiled=compiled)
    return Resting(move, param, state, place()) if _rests(move, param, state) else None


class _Room:
    """Memory for the fetched columns, used again and again. shape: of one column's numbers, (m, n_trials)."""

    def __init__(self, param: Array) -> None:
        self.shape = _rows(param).shape[1:]
        self._rows = np.empty((0, *self.shape), param.dtype)

    def of(self, n_columns: int) -> Array:
        if n_columns > len(self._rows):
            # a tenth more than asked for, since the next batch has a few more columns or a few less
            self._rows = np.empty((n_columns + n_columns // 10, *self.shape), self._rows.dtype)
        return self._rows[:n_columns]


def _compiled_passes() -> tuple[Any, Any]:
    from runner.learn import kernels_numba  # numba takes 0.3 s to import

    return kernels_numba.fetch_, kernels_numba.push_


def _rests(move: Move, param: Array, state: State) -> bool:
    """Say whether a step by zero leaves parameters and state as they are, tried out on some numbers."""
    before = sealed(_drawn(param))
    held = {key: sealed(np.abs(_drawn(param))) if is_alike(value, param) else value for key, value in state.items()}
    after, new = move(np.zeros_like(before), held, before, 0.125)
    arrays = [key for key, value in held.items() if is_alike(value, before)]
    return (
        new.keys() == held.keys()
        and np.array_equal(after, before)
        and all(np.array_equal(new[key], held[key]) and new[key].dtype == held[key].dtype for key in arrays)
    )


def _is_plain(move: Move, param: Array) -> bool:
    """Say whether the optimizer's step is θ − η g, tried out on some numbers."""
    before, grad = sealed(_drawn(param)), _drawn(param)
    after, new = move.optimizer.update(grad, {}, before, 0.125)
    return not new and np.array_equal(after, before - 0.125 * grad)


def _drawn(param: Array) -> Array:
    """Numbers shaped like one column of the parameters of all trials."""
    rng = np.random.default_rng(0)
    return own(rng.standard_normal((len(param), 1, *param.shape[2:])).astype(param.dtype))


def _copied(param: Array, into: Array | None) -> Array:
    if into is None:
        return own(param)
    into[...] = param
    return into


def _rows(param: Array) -> Array:
    """View a copy of parameters as (n_columns, m, n_trials)."""
    return trials_last(param).reshape(param.shape[1], param[0, :1].size, len(param))


def _shaped(rows: Array, param: Array) -> Array:
    return trials_first(rows.reshape(len(rows), *trials_last(param).shape[1:]))


def _blocks(rows: Array, n_columns: int) -> list[slice]:
    width = max(1, BLOCK // max(1, rows[0].size))
    return [slice(start, start + width) for start in range(0, n_columns, width)]


def _taken(array: Array, columns: Columns) -> Array:
    return trials_first(trials_last(array).take(columns, axis=0))


def _put(array: Array, columns: Columns, part: Array) -> None:
    trials_last(array)[columns] = trials_last(part)
