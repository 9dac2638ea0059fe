"""Of optimizers and schedulers: written for one array, they serve many trials at once."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.checking import SettingError
from runner.conformance.subject import Subject
from runner.learn import Minimiser
from runner.learn.fusing import fused, is_elementwise

Array = NDArray[Any]
_TRIALS, _STEPS = 3, 4

# --- optimizers --------------------------------------------------------------------------------------------


def _starts() -> Array:
    """Return parameters (3 trials, 5 numbers), none of them 0."""
    return np.random.default_rng(0).normal(size=(_TRIALS, 5)) + 3.0


def _walk(subject: Subject, optimizer: Any, start: Array, learning_rate: Any, steps: int = _STEPS) -> Array:
    """Descend on the quadratic ½ Σ c θ², whose slopes c differ between the numbers."""
    param, state = start, subject.call(optimizer.init, start)
    for _ in range(steps):
        slope = param * np.linspace(0.5, 1.5, start.shape[-1])
        param, state = subject.call(optimizer.update, slope, state, param, learning_rate)
        shape = np.shape(param)
        subject.expect(shape == start.shape, f"update() turns parameters of shape {start.shape} into {shape}")
    return param


def has_a_learning_rate(subject: Subject) -> None:
    """Its option `learning_rate` is what a schedule multiplies; one that is not stepped needs none."""
    if isinstance(subject.build(), Minimiser):
        return
    has = "learning_rate" in subject.offer.signature.names() and hasattr(subject.build(), "learning_rate")
    subject.expect(has, "it has no option 'learning_rate', which schedules multiply")


def works_elementwise(subject: Subject) -> None:
    """Trials stacked in one array take the steps each would take alone: only then can they be fused."""
    if not is_elementwise(subject.build()):
        return
    together = _walk(subject, subject.build(), _starts(), 0.1)
    for trial, start in enumerate(_starts()):
        alone = _walk(subject, subject.build(), start[None], 0.1)[0]
        same = np.allclose(together[trial], alone, rtol=1e-9, atol=1e-12)
        told = f"trial {trial} of a stack of {_TRIALS} steps to {together[trial][0]:.6g}, alone to {alone[0]:.6g}"
        subject.expect(same, f"{told}; the arithmetic must be elementwise, or trials cannot be trained together")


def takes_an_array_for_each_number(subject: Subject) -> None:
    """With another value of a number option for each trial it does what each optimizer would do alone."""
    if not is_elementwise(subject.build()):
        return
    optimizers = _varied(subject)
    rates = np.array([0.1, 0.05, 0.02])
    together = _walk(subject, fused(optimizers, 2, np.float64), _starts(), rates[:, None])
    for trial, start in enumerate(_starts()):
        alone = _walk(subject, optimizers[trial], start[None], float(rates[trial]))[0]
        same = np.allclose(together[trial], alone, rtol=1e-6, atol=1e-9)
        subject.expect(same, "with number options given as arrays, one per trial, it steps otherwise than one by one")


def _varied(subject: Subject) -> Sequence[Any]:
    """Build one optimizer per trial that differ in every number option that may be a little smaller."""
    numbers = {
        option.name: option.default
        for option in subject.offer.signature.options
        if isinstance(option.default, float) and option.default
    }
    return [subject.offer.build({**subject.settings, **_smaller(subject, numbers, share)}) for share in (1, 0.9, 0.8)]


def _smaller(subject: Subject, numbers: dict[str, float], share: float) -> dict[str, float]:
    allowed = {}
    for name, value in numbers.items():
        try:
            subject.offer.check({**subject.settings, name: value * share})
        except SettingError:
            continue
        allowed[name] = value * share
    return allowed


def does_not_change_what_it_is_given(subject: Subject) -> None:
    """Gradient, parameters and state stay as they are."""
    optimizer, param = subject.build(), _starts()
    if isinstance(optimizer, Minimiser):
        return
    state = subject.call(optimizer.init, param)
    for _ in range(2):
        grad, kept, before = 2 * param, copy.deepcopy(state), param.copy()
        after, following = subject.call(optimizer.update, grad, state, param, 0.1)
        unchanged = np.array_equal(grad, 2 * before) and np.array_equal(param, before)
        subject.expect(unchanged, "update() writes into the gradient or the parameters it is given")
        subject.expect(_equal_states(kept, state), "update() changes the state it is given; return a new one")
        param, state = after, following


def _equal_states(one: Any, other: Any) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def lowers_a_quadratic(subject: Subject) -> None:
    """A hundred steps at its own learning rate, or a hundred iterations of its own search, lead downhill."""
    optimizer, start = subject.build(), _starts()
    if isinstance(optimizer, Minimiser):
        end = _searched(subject, optimizer, start.ravel())
    else:
        end = _walk(subject, optimizer, start, float(getattr(optimizer, "learning_rate", 0.01)), steps=100)
    before, after = float(np.square(start).sum()), float(np.square(end).sum())
    told = f"100 steps lead from {before:.4g} to {after:.4g} on a quadratic with minimum 0"
    subject.expect(np.isfinite(after) and after < before, told)


def _searched(subject: Subject, optimizer: Minimiser, start: Array) -> Array:
    """Let it search the quadratic ½ Σ θ², and return where it was last."""
    seen = [start]

    def goes_on(param: Array) -> bool:
        seen.append(param.copy())
        return True

    subject.call(optimizer.minimise, lambda param: (float(param @ param) / 2, param.copy()), start, 100, goes_on)
    return seen[-1]


OPTIMIZER = (
    has_a_learning_rate,
    works_elementwise,
    takes_an_array_for_each_number,
    does_not_change_what_it_is_given,
    lowers_a_quadratic,
)

# --- schedulers --------------------------------------------------------------------------------------------

_LENGTHS = (1, 2, 50)


def takes_all_steps_at_once(subject: Subject) -> None:
    """An array of steps gives the factors that each step gives alone."""
    scheduler = subject.build()
    for total in _LENGTHS:
        steps = np.arange(total)
        together = np.asarray(subject.call(scheduler.factor, steps, total))
        shape = together.shape
        subject.expect(shape == steps.shape, f"factor() gives shape {shape} for steps of shape {steps.shape}")
        alone = [float(subject.call(scheduler.factor, int(step), total)) for step in steps]
        same = np.allclose(together, alone)
        subject.expect(same, f"of {total} steps, all at once give other factors than one by one")


def gives_finite_factors_from_zero_up(subject: Subject) -> None:
    """No factor is negative, infinite or NaN."""
    scheduler = subject.build()
    for total in _LENGTHS:
        factors = np.asarray(subject.call(scheduler.factor, np.arange(total), total), dtype=float)
        wrong = np.flatnonzero(~(np.isfinite(factors) & (factors >= 0)))
        told = "" if not len(wrong) else f"step {wrong[0]} of {total} has the factor {factors[wrong[0]]}"
        subject.expect(not len(wrong), f"{told}; factors are finite and not negative")


def gives_the_same_factors_again(subject: Subject) -> None:
    """A factor depends on the step alone, so that a training can be resumed."""
    scheduler, steps = subject.build(), np.arange(50)
    first = np.asarray(subject.call(scheduler.factor, steps, 50))
    again = np.asarray(subject.call(scheduler.factor, steps, 50))
    same = np.array_equal(first, again)
    subject.expect(same, "asked again, it gives other factors; they must depend on the step alone")


SCHEDULER = (takes_all_steps_at_once, gives_finite_factors_from_zero_up, gives_the_same_factors_again)
