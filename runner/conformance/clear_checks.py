"""Of components that get data or options they are not made for: they work, or refuse in words for a person."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from runner.checking import SettingError
from runner.conformance.cleaner_checks import clean
from runner.conformance.data_checks import augment, folds_of
from runner.conformance.learning_checks import predict, transform
from runner.conformance.samples import EVERY_SORT
from runner.conformance.subject import Broken, Subject
from runner.data import Dataset
from runner.errors import PluginError

#: The kinds whose components meet data.
WITH_DATA = frozenset({"cleaner", "splitter", "augmenter", "transform", "model"})
#: What Python and NumPy say where nobody thought of the case: neither what was found nor what is due.
_ACCIDENTS = re.compile(
    r"values to unpack|unsupported operand|not (subscriptable|iterable|callable)|(positional|keyword) argument"
    r"|NoneType|has no (attribute|len)|not supported between|truth value of|could not be broadcast|ufunc '"
    r"|setting an array element|list indices|index .*out of (range|bounds)|interpreted as an integer"
)
_UNTOLD = (AssertionError, AttributeError, LookupError, NameError, RecursionError, ZeroDivisionError)
#: Values that few options mean; those of another type than the option's are refused before they arrive.
_ODD: Sequence[Any] = (-1, 0, -1.0, 0.0, math.nan, "", "no such", [], ["no such"], {})


def _use(subject: Subject, dataset: Dataset) -> Any:
    """Do with a component what a run does; of most kinds that is to build it."""
    match subject.offer.kind:
        case "cleaner":
            return clean(subject, dataset)
        case "splitter":
            return folds_of(subject.build(), dataset)
        case "augmenter":
            return augment(subject, dataset)
        case "transform":
            return transform(subject, dataset)
        case "model":
            return predict(subject, dataset)
        case "scheduler":
            return subject.build().factor(np.arange(50), 50)
        case _:
            return subject.build()


def refuses_other_data_in_clear_words(subject: Subject) -> None:
    """Data of a sort that it is not made for is refused, if at all, in words for a person."""
    for sample in EVERY_SORT:
        _expect_words(subject, sample.name, partial(_use, subject, sample.make()))


def refuses_odd_options_in_clear_words(subject: Subject) -> None:
    """An option that cannot be meant is refused, if at all, in words for a person."""
    sample = next((sample for sample in EVERY_SORT if _works(subject, sample.make())), EVERY_SORT[0])
    for name in subject.offer.signature.names():
        for odd in _ODD:
            other = replace(subject, settings={**subject.settings, name: odd})
            _expect_words(subject, f"{name}={odd!r}", partial(_use, other, sample.make()))


def _works(subject: Subject, dataset: Dataset) -> bool:
    try:
        subject.call(_use, subject, dataset)
    except Exception:  # noqa: BLE001 - the other check judges how it refuses
        return False
    return True


def _expect_words(subject: Subject, given: str, carry_out: Callable[[], Any]) -> None:
    try:
        subject.call(carry_out)
    except Broken:  # it neither worked nor refused
        raise
    except SettingError:  # a wrong type is told by the core
        return
    except Exception as raised:  # noqa: BLE001 - whatever it raises is judged
        error = raised.__cause__ if isinstance(raised, PluginError) and raised.__cause__ else raised
        told = str(error)
        clear = not isinstance(error, _UNTOLD) and not _ACCIDENTS.search(told) and len(told.split()) > 1
        subject.expect(
            clear,
            f"given {given}, it raises {type(error).__name__}: {told:.200}. That does not say what was found and "
            "what is due; raise runner.errors.DataError, or ConfigError for an option, with both",
        )
