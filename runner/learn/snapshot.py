"""A training as plain arrays and numbers, so that it can be written down and taken up again, bit for bit.

`arrays` fit into an npz file, `numbers` into JSON. What the trials share with the data and the declaration
(the family, the settings, the rows) is not in it: who resumes a training gives the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import PluginError
from runner.learn.trial_axis import has_trials, trials_first, trials_last

Array = NDArray[Any]


@dataclass(frozen=True)
class Snapshot:
    """arrays: name -> array, names with "/". numbers: name -> what JSON can hold."""

    arrays: Mapping[str, Array]
    numbers: Mapping[str, Any]

    def under(self, prefix: str) -> dict[str, Array]:
        """Return the arrays whose names begin with `prefix/`, without it."""
        start = f"{prefix}/"
        return {name.removeprefix(start): array for name, array in self.arrays.items() if name.startswith(start)}


def of_trials(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Name arrays (n_trials, …) for a snapshot, laid out as they lie in memory."""
    return {f"{prefix}/{name}": trials_last(array) for name, array in arrays.items()}


def to_trials(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Undo `of_trials`, for the arrays of one prefix. The memory layout is part of the bits of a product."""
    return {name: trials_first(array) for name, array in arrays.items()}


def of_states(
    states: Mapping[str, Mapping[str, Any]], n_trials: int
) -> tuple[dict[str, Array], dict[str, dict[str, Any]]]:
    """Part the states of the optimizers into arrays and numbers. Raises `PluginError` for anything else."""
    arrays: dict[str, Array] = {}
    numbers: dict[str, dict[str, Any]] = {}
    for param, state in states.items():
        numbers[param] = {}
        for key, value in state.items():
            if has_trials(value, n_trials):
                arrays[f"states/{param}/{key}"] = trials_last(value)
            elif isinstance(value, np.ndarray | np.generic):
                arrays[f"shared/{param}/{key}"] = np.asarray(value)
            elif isinstance(value, bool | int) or (isinstance(value, float) and np.isfinite(value)):
                numbers[param][key] = value
            else:
                raise PluginError(
                    f"The optimizer's state {key!r} of parameter {param!r} is {value!r}; only arrays and finite "
                    "numbers can be written to a checkpoint. Train without one, or keep an array there."
                )
    return arrays, numbers


def to_states(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """Undo `of_states`; the numbers are those under "states"."""
    states: dict[str, dict[str, Any]] = {param: dict(state) for param, state in snapshot.numbers["states"].items()}
    for name, array in snapshot.under("states").items():
        param, key = name.split("/", 1)
        states[param][key] = trials_first(array)
    for name, array in snapshot.under("shared").items():
        param, key = name.split("/", 1)
        states[param][key] = array[()] if array.ndim == 0 else array
    return states
