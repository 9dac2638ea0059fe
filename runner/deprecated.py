"""What will go: told two versions ahead, with what to use instead.

>>> import warnings
>>> @deprecated(since="0.2", gone="0.4", instead="new_name")
... def old_name():
...     return 1
>>> with warnings.catch_warnings(record=True) as caught:
...     warnings.simplefilter("always")
...     print(old_name(), caught[0].message)
1 old_name is deprecated since runner 0.2 and will be gone in 0.4. Use new_name instead.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class RunnerDeprecation(DeprecationWarning):
    """Something of runner's that will go is used. `runner plugins` names the plugin that does while it is loaded."""


#: A plugin that uses what is deprecated goes on working for at least so many minor versions.
VERSIONS = 2


def deprecated(*, since: str, gone: str, instead: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Warn whoever calls the function. since: the version that says so; gone: the first without it, two on or later.

    Raises ValueError where the two are too near to each other.
    """
    _check_distance(since, gone)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        told = f"{function.__name__} is deprecated since runner {since} and will be gone in {gone}."
        words = f"{told} Use {instead} instead."

        @functools.wraps(function)
        def warned(*args: P.args, **kwargs: P.kwargs) -> R:
            warnings.warn(words, RunnerDeprecation, stacklevel=2)
            return function(*args, **kwargs)

        return warned

    return decorate


def _check_distance(since: str, gone: str) -> None:
    (major, minor), (gone_major, gone_minor) = (tuple(map(int, version.split(".")[:2])) for version in (since, gone))
    if gone_major == major and gone_minor - minor < VERSIONS:
        raise ValueError(f"deprecated since {since}, it stays for {VERSIONS} minor versions; {gone} is too soon")
