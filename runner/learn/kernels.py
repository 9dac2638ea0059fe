"""How parameters make a step, in place and at the speed of the caches.

A `Move` is the rule: penalty and optimizer, elementwise, as their authors wrote them. What carries it out is
chosen by `walker`. Small arrays, and rules that cannot be taken apart, move as a `Whole`. Large ones are
`Blocked`: a rule of ten operations passes ten times through a block in the first-level cache instead of
through the memory. Where numba is installed and the training is long enough to repay compiling, the rule
becomes one loop (`kernels_numba`). All three give the same bits.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from runner.contracts import Optimizer
from runner.errors import PluginError
from runner.learn.families import Family
from runner.learn.fusing import is_elementwise, options_of, with_options
from runner.learn.penalties import Penalty
from runner.learn.trial_axis import trials_first, trials_last

Array = NDArray[Any]
State = Mapping[str, Any]

#: How many numbers of each array are in work at a time.
BLOCK = 32_768
#: So many single numbers must be stepped before compiling, about a second, is repaid.
WORTH_COMPILING = 1_000_000_000


@dataclass(frozen=True)
class Move:
    """How one parameter array steps. penalty: None without one. added: whether gradients come with it already."""

    optimizer: Optimizer
    penalty: Penalty | None = None
    added: bool = False

    def __call__(self, grad: Array, state: State, param: Array, rate: Any) -> tuple[Array, State]:
        """Return the parameters and the state after a step. rate: a float, or an array that broadcasts."""
        if self.penalty is not None and not self.added:
            grad = self.penalty.added_to(grad, param)
        after, state = self.optimizer.update(grad, state, param, rate)
        if after.shape != param.shape:
            raise _wrong_shape(self.optimizer, after, param)
        if after.dtype != param.dtype:
            after = after.astype(param.dtype)
        if self.penalty is not None:
            after = self.penalty.stopped_at_zero(after, param, grad)
        return after, state

    def spread(self, block: Array) -> Move:
        """Return the move with every option that differs between trials written out for each number of a block."""
        optimizer = cast(Optimizer, _spread(self.optimizer, block))
        return Move(optimizer, None if self.penalty is None else _spread(self.penalty, block), self.added)


class Walker(Protocol):
    """One parameter array with its optimizer's state, on its way."""

    @property
    def param(self) -> Array:
        """The parameters as they are now, read-only."""
        ...

    @property
    def state(self) -> State:
        """The state that belongs to them."""
        ...

    def step_(self, grad: Array, rate: Any) -> None:
        """Make a step. rate: a float, or (n_trials,) where the trials differ."""
        ...


def walker(move: Move, param: Array, state: State, *, compiled: bool) -> Walker:
    """Choose what carries the move out. compiled: whether it may be compiled; see `can_compile`."""
    if param.size <= BLOCK or not is_elementwise(move.optimizer) or not _can_be_parted(move, param, state):
        return Whole(move, param, state)
    if compiled:
        from runner.learn.kernels_numba import Compiled, Untraceable  # numba takes 0.3 s to import

        try:
            return Compiled(move, param, state)
        except Untraceable:
            pass  # written in a way that only NumPy can carry out
    return Blocked(move, param, state)


def can_compile(n_numbers: int) -> bool:
    """Say whether to compile what steps so many single numbers in all."""
    return n_numbers >= WORTH_COMPILING and _has_numba()


def fast_loss(family: Family, *, compiled: bool) -> Family:
    """Return the family, with its loss compiled where that is possible; it gives the same bits."""
    if not compiled:
        return family
    from runner.learn.losses_numba import with_compiled_loss  # numba takes 0.3 s to import

    return with_compiled_loss(family)


class Whole:
    """Steps the whole array at once; never writes into one it was given."""

    def __init__(self, move: Move, param: Array, state: State) -> None:
        self._move = move
        self.param = sealed(param)
        self.state = state

    def step_(self, grad: Array, rate: Any) -> None:
        """Make a step."""
        after, self.state = self._move(grad, self.state, self.param, as_trials(rate, self.param.ndim))
        self.param = sealed(after)


class Blocked:
    """Steps own copies in place, block by block."""

    def __init__(self, move: Move, param: Array, state: State) -> None:
        self._param, self._state = (
            own(param),
            {key: own(value) if is_alike(value, param) else value for key, value in state.items()},
        )
        self.param, self.state = sealed(self._param.view()), self._state
        width = max(1, BLOCK // param[:, 0].size)
        self._parts = [slice(start, start + width) for start in range(0, param.shape[1], width)]
        self._moves = {
            self._param[:, part].shape: move.spread(self._param[:, part])
            for part in (self._parts[0], self._parts[-1])
        }
        self._rate = np.empty_like(self._param[:, self._parts[0]])

    def step_(self, grad: Array, rate: Any) -> None:
        """Make a step."""
        if not isinstance(rate, float):
            self._rate[...] = as_trials(rate, self.param.ndim)
        after: State = {}
        for part in self._parts:
            param = self.param[:, part]
            state = {
                key: value[:, part] if is_alike(value, self.param) else value for key, value in self._state.items()
            }
            spread = rate if isinstance(rate, float) else self._rate[:, : param.shape[1]]
            self._param[:, part], after = self._moves[param.shape](grad[:, part], state, param, spread)
            for key, value in after.items():
                if is_alike(self._state[key], self.param):
                    self._state[key][:, part] = value
        for key, value in after.items():
            if not is_alike(self._state[key], self.param):
                self._state[key] = value


def as_trials(rate: Any, ndim: int) -> Any:
    """Shape one number per trial so that it broadcasts over arrays of `ndim` axes; a float stays one."""
    return rate if isinstance(rate, float) else rate.reshape(-1, *([1] * (ndim - 1)))


def own(array: Array) -> Array:
    """Copy (n_trials, …) into memory of one's own with the trials last."""
    return trials_first(np.array(trials_last(array), order="C"))


def sealed(array: Array) -> Array:
    """Make an array read-only: an optimizer that works in place is stopped before it does harm."""
    array.flags.writeable = False
    return array


def is_alike(value: Any, param: Array) -> bool:
    """Say whether a piece of state has a number for each one of the parameters."""
    return isinstance(value, np.ndarray) and value.shape == param.shape


def _can_be_parted(move: Move, param: Array, state: State) -> bool:
    """Say whether the state keeps its form in a step, number by number, so that blocks can go one by one."""
    if param.ndim < 2:
        return False
    part = param[:, :1]
    parted = {key: value[:, :1] if is_alike(value, param) else value for key, value in state.items()}
    rate = param.dtype.type(0).item()
    _, new = move(np.zeros_like(part), parted, sealed(part.copy()), rate)
    return new.keys() == state.keys() and all(_same_form(new[key], value) for key, value in parted.items())


def _same_form(new: Any, old: Any) -> bool:
    if isinstance(old, np.ndarray) or isinstance(new, np.ndarray):
        return (
            isinstance(new, np.ndarray)
            and isinstance(old, np.ndarray)
            and new.shape == old.shape
            and new.dtype == old.dtype
        )
    return True


def _spread(rule: Any, block: Array) -> Any:
    wide = {
        name: trials_first(np.ascontiguousarray(np.broadcast_to(trials_last(value), trials_last(block).shape)))
        for name, value in options_of(rule).items()
        if isinstance(value, np.ndarray)
    }
    return with_options(rule, wide)


@cache
def _has_numba() -> bool:
    return importlib.util.find_spec("numba") is not None


def _wrong_shape(optimizer: Optimizer, after: Array, before: Array) -> PluginError:
    return PluginError(
        f"Optimizer {type(optimizer).__name__!r} turned parameters of shape {before.shape!r} into "
        f"{after.shape!r}; `update` must return the shape it is given and work elementwise."
    )
