"""Stochastic gradient descent on one binary problem for many trials at once, compiled by numba.

Each trial does exactly what scikit-learn's SGDClassifier does, operation by operation and in the same order of rows.
What is shared is the walk over the rows: the weights of all trials lie side by side, (n_columns, n_trials),
so that a number of X meets one stretch of memory. The functions run without the GIL.

A trial's weights are kept as `scale * weights`, so that an L2 penalty costs one multiplication a row (Shalev-Shwartz
et al., Pegasos, 2007); an L1 penalty is made up for when a column is met again (Tsuruoka et al., 2009).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

HINGE, PERCEPTRON, SQUARED_HINGE, MODIFIED_HUBER, LOG = range(5)
CONSTANT, ADAPTIVE, INVSCALING, OPTIMAL = range(4)
RUNNING, ENDED, OVERFLOWN = range(3)

#: Slopes are cut off here, as scikit-learn does.
STEEPEST = 1e12
#: An adaptive rate at or below it is not divided any more.
SMALLEST_RATE = 1e-6


class Rows(NamedTuple):
    """X, read row by row: row i has values[starts[i]:ends[i]], in the columns from columns[places[i]] on."""

    values: Array
    columns: Array
    starts: Array
    ends: Array
    places: Array


class Rules(NamedTuple):
    """How the trials learn; each (n_trials,).

    shrinking: the share of alpha that shrinks by scaling, 1 for L2. l1: the share that pulls to zero. ridge, lasso:
    alpha's shares in the objective. start: where the rate 'optimal' begins. positive, negative: weights of the
    classes. decay: of the intercept's steps, 0 for no intercept. tol: -inf for none.
    """

    loss: Array
    schedule: Array
    alpha: Array
    shrinking: Array
    l1: Array
    ridge: Array
    lasso: Array
    rate: Array
    power: Array
    start: Array
    positive: Array
    negative: Array
    decay: Array
    tol: Array
    patience: Array
    epochs: Array


class Standing(NamedTuple):
    """Where the trials stand; each (n_trials,), written in place.

    scale: what the weights are to be multiplied by. squares, sizes: of the weights last moved, the sum of squares and
    of absolute values. pull: the L1 penalty that each weight should have felt by now. bound: no weight can be
    larger than this times the largest value of X. state: RUNNING, ENDED or OVERFLOWN.
    """

    scale: Array
    squares: Array
    sizes: Array
    intercept: Array
    rate: Array
    pull: Array
    best: Array
    stalls: Array
    bound: Array
    state: Array


class Plan(NamedTuple):
    """What all trials share. loss_runs, schedule_runs: (n_runs, 3), a code and the first and last trial it holds for.

    first_l1: the trials from here on have an L1 penalty. judged: whether any trial has a `tol`. penalised: whether
    the penalty counts in what is judged. unit: sums over the rows are divided by it before. tiny: a scale below it is
    multiplied into the weights. safe: weights up to it are finite, no need to look.
    """

    loss_runs: Array
    schedule_runs: Array
    first_l1: int
    judged: bool
    penalised: bool
    unit: float
    tiny: float
    safe: float


_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile, and keep the result where numba can write; where it cannot, it is compiled anew each time."""
    try:
        return numba.njit(cache=True, **_OPTIONS)(function)  # type: ignore[no-any-return]
    except RuntimeError:
        return numba.njit(**_OPTIONS)(function)  # type: ignore[no-any-return]


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile what only compiled functions call; it takes half the time."""
    return numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **_OPTIONS)(function)  # type: ignore[no-any-return]


@compiled
def train_(
    rows: Rows,
    is_positive: Array,
    order: Array,
    seed: int,
    weights: Array,
    pulled: Array,
    rules: Rules,
    plan: Plan,
    standing: Standing,
    epoch: int,
    until: int,
) -> int:
    """Train from one epoch to another, or to the end of the first in which a trial ends; return the epochs made.

    order: (n_rows,), shuffled further in each epoch. weights: (n_columns, n_trials). pulled: the L1 penalty that
    each weight has felt, (n_columns, n_trials - first_l1). seed: 0 leaves the order as it is.
    """
    n_trials = weights.shape[1]
    sums = np.empty(n_trials)
    scores = np.empty(n_trials)
    slopes = np.empty(n_trials)
    totals = np.empty(n_trials)
    rates = standing.rate
    rounded = np.empty(n_trials, weights.dtype)
    steps = np.empty(n_trials, weights.dtype)
    while epoch < until:
        if seed != 0:
            _shuffle_(order, seed)
        totals[:] = 0.0
        time = 1.0 + epoch * len(order)
        for row in order:
            first, last, place = rows.starts[row], rows.ends[row], rows.places[row] - rows.starts[row]
            sums[:] = 0.0
            for at in range(first, last):
                line, value = weights[rows.columns[at + place]], rows.values[at]
                for trial in range(n_trials):
                    sums[trial] += line[trial] * value
            for trial in range(n_trials):
                rounded[trial] = sums[trial] * standing.scale[trial]
                scores[trial] = rounded[trial] + standing.intercept[trial]
            _set_rates_(rates, rules, plan.schedule_runs, time)
            if plan.judged:
                _add_objective_(totals, scores, is_positive[row], rules, plan, standing)
            for run in range(len(plan.loss_runs)):
                _set_slopes_(slopes, scores, is_positive[row], plan.loss_runs[run])
            if _set_steps_(steps, rounded, slopes, is_positive[row], weights, rules, plan, standing):
                for at in range(first, last):
                    line, value = weights[rows.columns[at + place]], np.float64(rows.values[at])
                    for trial in range(n_trials):
                        line[trial] += value * steps[trial]
                if plan.judged and plan.penalised:
                    _measure_(rows, first, last, place, weights, steps, rounded, standing)
            if plan.first_l1 < n_trials:
                _pull_(rows, first, last, place, weights, pulled, rules, plan.first_l1, standing)
            time += 1.0
        epoch += 1
        if _judge_(totals, weights, rules, plan, standing, epoch):
            break
    return epoch


@inner
def _shuffle_(order: Array, seed: int) -> None:
    """Fisher and Yates's shuffle by Marsaglia's 32-bit xorshift (2003)."""
    mask = 0xFFFFFFFF
    state = np.int64(seed)
    for row in range(len(order) - 1):
        state ^= (state << 13) & mask
        state ^= state >> 17
        state ^= (state << 5) & mask
        other = row + (state % 2147483648) % (len(order) - row)
        order[row], order[other] = order[other], order[row]


@inner
def _set_rates_(rates: Array, rules: Rules, runs: Array, time: float) -> None:
    """Set the rates of those schedules that change with every row."""
    for run in range(len(runs)):
        code, first, last = runs[run]
        if code == OPTIMAL:
            for trial in range(first, last):
                rates[trial] = 1.0 / (rules.alpha[trial] * (rules.start[trial] + time - 1.0))
        elif code == INVSCALING:
            power, divisor = np.nan, 1.0
            for trial in range(first, last):
                if rules.power[trial] != power:  # trials of one power stand together
                    power = rules.power[trial]
                    divisor = time**power
                rates[trial] = rules.rate[trial] / divisor


@inner
def _add_objective_(
    totals: Array, scores: Array, is_positive: bool, rules: Rules, plan: Plan, standing: Standing
) -> None:
    """Add the row's loss, and the penalty where it counts."""
    sign = 1.0 if is_positive else -1.0
    for run in range(len(plan.loss_runs)):
        code, first, last = plan.loss_runs[run]
        for trial in range(first, last):
            totals[trial] += _loss(code, sign, scores[trial])
    if plan.penalised:
        for trial in range(len(totals)):
            norm = math.sqrt(standing.squares[trial])
            size = rules.ridge[trial] * (norm * norm) + rules.lasso[trial] * standing.sizes[trial]
            totals[trial] += rules.alpha[trial] * size


@inner
def _loss(code: int, sign: float, score: float) -> float:
    margin = score * sign
    if code == HINGE:
        return 1.0 - margin if margin <= 1.0 else 0.0
    if code == PERCEPTRON:
        return -margin if margin <= 0.0 else 0.0
    if code == SQUARED_HINGE:
        return (1.0 - margin) * (1.0 - margin) if margin < 1.0 else 0.0
    if code == MODIFIED_HUBER:
        if margin >= 1.0:
            return 0.0
        return (1.0 - margin) * (1.0 - margin) if margin >= -1.0 else -4.0 * margin
    return _log_of_one_plus_exp(score) - (score if sign > 0.0 else 0.0)


@inner
def _log_of_one_plus_exp(score: float) -> float:
    """Maechler, Accurately computing log(1 - exp(-|a|)), 2012."""
    if score <= -37.0:
        return math.exp(score)
    if score <= -2.0:
        return math.log1p(math.exp(score))
    if score <= 18.0:
        return math.log(1.0 + math.exp(score))
    if score <= 33.3:
        return score + math.exp(-score)
    return score


@inner
def _set_slopes_(slopes: Array, scores: Array, is_positive: bool, run: Array) -> None:
    """Set the losses' derivatives by the score, for the trials of one loss."""
    code, first, last = run
    sign = 1.0 if is_positive else -1.0
    if code in (HINGE, PERCEPTRON):
        threshold = 1.0 if code == HINGE else 0.0
        for trial in range(first, last):
            slopes[trial] = -sign if scores[trial] * sign <= threshold else 0.0
    elif code == SQUARED_HINGE:
        for trial in range(first, last):
            missing = 1.0 - scores[trial] * sign
            slopes[trial] = -2.0 * sign * missing if missing > 0.0 else 0.0
    elif code == MODIFIED_HUBER:
        for trial in range(first, last):
            margin = scores[trial] * sign
            inner = 2.0 * (1.0 - margin) * -sign if margin >= -1.0 else -4.0 * sign
            slopes[trial] = 0.0 if margin >= 1.0 else inner
    else:
        truth = 1.0 if is_positive else 0.0
        for trial in range(first, last):
            if scores[trial] > -37.0:
                power = math.exp(-scores[trial])
                slopes[trial] = ((1.0 - truth) - truth * power) / (1.0 + power)
            else:
                slopes[trial] = math.exp(scores[trial]) - truth


@inner
def _set_steps_(
    steps: Array,
    scales: Array,
    slopes: Array,
    is_positive: bool,
    weights: Array,
    rules: Rules,
    plan: Plan,
    standing: Standing,
) -> bool:
    """Shrink the weights, move the intercepts, and set the weights' steps for a value of 1; say if any moves.

    scales: is set to the scales in the precision of the weights.
    """
    class_weights = rules.positive if is_positive else rules.negative
    scale, moving, resetting = standing.scale, False, False
    for trial in range(len(steps)):
        slope = min(max(slopes[trial], -STEEPEST), STEEPEST)
        step = -standing.rate[trial] * slope * class_weights[trial]
        shrunk = 1.0 - rules.shrinking[trial] * standing.rate[trial] * rules.alpha[trial]
        steps[trial] = shrunk if shrunk > 0.0 else 0.0
        scale[trial] *= steps[trial]
        standing.squares[trial] *= steps[trial] * steps[trial]
        standing.sizes[trial] *= steps[trial]
        standing.intercept[trial] += step * rules.decay[trial]
        steps[trial] = step
        resetting |= scale[trial] < plan.tiny
        moving |= step != 0.0
    if resetting:
        for trial in range(len(steps)):
            if scale[trial] < plan.tiny:
                scales[trial] = scale[trial]
                for column in range(len(weights)):
                    weights[column, trial] *= scales[trial]
                scale[trial] = 1.0
    if moving:
        for trial in range(len(steps)):
            scales[trial] = scale[trial]
            steps[trial] /= scales[trial]
            standing.bound[trial] += abs(steps[trial])
    return moving


@inner
def _measure_(
    rows: Rows, first: int, last: int, place: int, weights: Array, steps: Array, scales: Array, standing: Standing
) -> None:
    """Sum up the weights just moved, of the trials that moved."""
    squares, sizes = np.zeros(len(steps)), np.zeros(len(steps))
    for at in range(first, last):
        line = weights[rows.columns[at + place]]
        for trial in range(len(steps)):
            squares[trial] += line[trial] * line[trial]
            sizes[trial] += abs(line[trial])
    for trial in range(len(steps)):
        if steps[trial] != 0.0:
            standing.squares[trial] = squares[trial] * (scales[trial] * scales[trial])
            standing.sizes[trial] = sizes[trial] * scales[trial]


@inner
def _pull_(
    rows: Rows,
    first: int,
    last: int,
    place: int,
    weights: Array,
    pulled: Array,
    rules: Rules,
    first_l1: int,
    standing: Standing,
) -> None:
    """Let the weights of the row's columns feel what L1 penalty they have missed; none crosses zero."""
    pull, scales = standing.pull[first_l1:], standing.scale[first_l1:]
    for trial in range(len(pull)):
        pull[trial] += rules.l1[first_l1 + trial] * standing.rate[first_l1 + trial] * rules.alpha[first_l1 + trial]
    for at in range(first, last):
        column = rows.columns[at + place]
        line, felt = weights[column, first_l1:], pulled[column]
        for trial in range(len(pull)):
            before = np.float64(line[trial])
            side = scales[trial] * before
            missed = pull[trial] + felt[trial] if side > 0.0 else pull[trial] - felt[trial]
            reach = missed / scales[trial]
            down, up = before - reach, before + reach
            after = (down if down > 0.0 else 0.0) if side > 0.0 else (up if up < 0.0 else 0.0)
            line[trial] = after if side != 0.0 else before
            felt[trial] += scales[trial] * (line[trial] - before)


@inner
def _judge_(totals: Array, weights: Array, rules: Rules, plan: Plan, standing: Standing, epoch: int) -> bool:
    """Note which trials end after this epoch; say if any does. epoch: counted from 1."""
    ending = False
    for trial in range(len(totals)):
        safe = standing.bound[trial] < plan.safe and math.isfinite(standing.pull[trial])
        if not math.isfinite(standing.intercept[trial]) or not (safe or _is_finite(weights[:, trial])):
            standing.state[trial] = OVERFLOWN
        elif _has_converged_(totals[trial] / plan.unit, trial, rules, standing) or epoch >= rules.epochs[trial]:
            standing.state[trial] = ENDED
        ending |= standing.state[trial] != RUNNING
    return ending


@inner
def _has_converged_(objective: float, trial: int, rules: Rules, standing: Standing) -> bool:
    """Compare the epoch's objective with the best one; an adaptive rate goes on smaller."""
    tol, best = rules.tol[trial], standing.best[trial]
    standing.stalls[trial] = standing.stalls[trial] + 1 if tol > -np.inf and objective > best - tol else 0
    standing.best[trial] = min(objective, best)
    if standing.stalls[trial] < rules.patience[trial]:
        return False
    if rules.schedule[trial] != ADAPTIVE or standing.rate[trial] <= SMALLEST_RATE:
        return True
    standing.rate[trial] /= 5.0
    standing.stalls[trial] = 0
    return False


@inner
def _is_finite(numbers: Array) -> bool:
    for number in numbers:  # noqa: SIM110 - a generator cannot be compiled
        if not math.isfinite(number):
            return False
    return True


@compiled
def squeeze_(numbers: Array, n_rows: int, n_columns: int, kept: Array) -> None:
    """Move the columns that are kept together, to the front of a flat (n_rows, n_columns)."""
    for row in range(n_rows):
        for place in range(len(kept)):
            numbers[row * len(kept) + place] = numbers[row * n_columns + kept[place]]


@compiled
def largest_of(numbers: Array) -> float:
    """Return the largest absolute value, 0 of none."""
    largest = 0.0
    for number in numbers:
        largest = max(largest, abs(np.float64(number)))
    return largest
