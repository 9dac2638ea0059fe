"""Which values are allowed: those of a list, or numbers from `min` to `max`, both included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from runner.errors import ConfigError, DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: A rule as a declaration has it: `[a, b]`, or `{min: 0, max: 9}` with one of the two or both.
Rule = list[Any] | dict[str, Any]


def check_rule(rule: Rule, where: str) -> None:
    """Refuse what is no rule. Raises ConfigError."""
    if not isinstance(rule, Mapping):
        if not rule:
            raise ConfigError(f"{where}: no value would be allowed; list some, or give {{min: …, max: …}}.")
        return
    wrong = [key for key in rule if key not in ("min", "max")]
    numbers = [value for value in rule.values() if not isinstance(value, bool)]
    if wrong or not rule or len(numbers) < len(rule) or not all(isinstance(value, int | float) for value in numbers):
        raise ConfigError(
            f"{where}: {dict(rule)!r} is no rule; list the values, or give {{min: …, max: …}} as numbers."
        )
    if rule.get("min", -np.inf) > rule.get("max", np.inf):
        raise ConfigError(f"{where}: min {rule['min']!r} is above max {rule['max']!r}.")


def outside(values: Any, missing: NDArray[np.bool_], rule: Rule, where: str) -> NDArray[np.bool_]:
    """Mark the values that a rule does not allow; missing ones break none. values: a Series or an array (n_rows,).

    Numbers equal to listed ones count as them, whatever their type; a text never equals a number. Raises DataError
    where a range meets what is no number.
    """
    if isinstance(rule, Mapping):
        if values.dtype.kind not in "iuf" and not missing.all():
            raise DataError(
                f"{where}: {dict(rule)!r} needs numbers, found {values.dtype}. Use the cleaner 'cast' before."
            )
        return _beyond(values, missing, rule)
    allowed = {_tagged(value) for value in rule}
    given = zip(values.tolist(), missing.tolist(), strict=True)
    return np.asarray([not gap and _tagged(value) not in allowed for value, gap in given], dtype=bool)


def told(rule: Rule) -> str:
    """Write a rule for a message."""
    if not isinstance(rule, Mapping):
        return ", ".join(map(repr, rule[:10])) + (", …" if len(rule) > 10 else "")
    ends = [f"{word} {rule[key]!r}" for key, word in (("min", "from"), ("max", "up to")) if key in rule]
    return " ".join(ends)


def _beyond(values: Any, missing: NDArray[np.bool_], rule: Mapping[str, Any]) -> NDArray[np.bool_]:
    low, high = rule.get("min", -np.inf), rule.get("max", np.inf)
    numbers = np.asarray(values[~missing], dtype=float)
    beyond = np.zeros(len(missing), dtype=bool)
    beyond[~missing] = (numbers < low) | (numbers > high)
    return beyond


def _tagged(value: Any) -> tuple[bool, Any]:
    """Python takes True for 1; a declaration does not."""
    return isinstance(value, bool | np.bool_), value
