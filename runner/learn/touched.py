"""Steps of the columns that occur, for sparse rows: 128 documents use a tenth of a vocabulary of 50,000 words.

A column that no row of the mini-batch uses has the gradient zero. Where a step by zero changes nothing, as
with plain gradient descent or Adagrad, only the columns that occur are stepped, and the outcome is exactly
that of stepping all. An l2 penalty does shrink the others, for plain gradient descent by the same factor
1 − η l2 at every step: it is kept as one number per trial, w = s · v (Bottou, 2010, stochastic gradient
tricks), and multiplied in at the end. Whatever else an optimizer does to columns at rest is done to all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.learn.kernels import Move, State, as_trials, is_alike, own, sealed
from runner.learn.trial_axis import trials_first, trials_last

Array = NDArray[Any]
Columns = NDArray[np.intp]

#: The common factor is multiplied in before it gets smaller than this,
SMALLEST = 1e-6
#: and at once where a single step shrinks by more than this.
STEEPEST = 0.5


class Touched:
    """Steps some columns of its own copies in place. param: (n_trials, n_columns, …)."""

    def __init__(self, move: Move, param: Array, state: State, decay: Array | None) -> None:
        self._move = move
        self._decay = decay
        self._scale = np.ones(len(param))
        self._param = own(param)
        self._state = {key: own(value) if is_alike(value, param) else value for key, value in state.items()}

    @property
    def param(self) -> Array:
        """All parameters as they are now, read-only."""
        self._fold()
        return sealed(self._param.view())

    @property
    def state(self) -> State:
        """The state that belongs to them."""
        return self._state

    def at(self, columns: Columns) -> Array:
        """Return a copy of the parameters of some columns, (n_trials, len(columns), …)."""
        part = _taken(self._param, columns)
        return part if self._decay is None else part * self._trials(self._scale)

    def step_at_(self, columns: Columns, grad: Array, rate: Any) -> None:
        """Step these columns, the others having the gradient zero. rate: a float, or (n_trials,)."""
        if self._decay is None:
            part = {key: _taken(v, columns) if is_alike(v, self._param) else v for key, v in self._state.items()}
            after, new = self._move(grad, part, sealed(self.at(columns)), as_trials(rate, grad.ndim))
            _put(self._param, columns, after)
            for key, value in new.items():
                if is_alike(self._state[key], self._param):
                    _put(self._state[key], columns, value)
                else:
                    self._state[key] = value
            return
        shrinking = 1 - rate * self._decay
        self._scale = self._scale * shrinking
        if shrinking.min() < STEEPEST or self._scale.min() < SMALLEST:
            self._fold()
        pushed = self._trials(rate / self._scale) * grad
        _put(self._param, columns, _taken(self._param, columns) - pushed)

    def _fold(self) -> None:
        if (self._scale != 1).any():
            self._param *= self._trials(self._scale)
            self._scale = np.ones(len(self._scale))

    def _trials(self, values: Array) -> Array:
        shaped: Array = as_trials(values.astype(self._param.dtype), self._param.ndim)
        return shaped


def touched(move: Move, param: Array, state: State) -> Touched | None:
    """Return what steps the columns that occur alone, or None where a step changes the others in other ways."""
    if _rests(move, param, state):
        return Touched(move, param, state, None)
    penalty = move.penalty
    if penalty is not None and penalty.l1 is None and not move.added and not state and _is_plain(move, param):
        return Touched(move, param, state, np.broadcast_to(np.ravel(penalty.l2), len(param)).astype(np.float64))
    return None


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


def _taken(array: Array, columns: Columns) -> Array:
    return trials_first(trials_last(array).take(columns, axis=0))


def _put(array: Array, columns: Columns, part: Array) -> None:
    trials_last(array)[columns] = trials_last(part)
