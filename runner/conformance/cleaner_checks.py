"""Of cleaners: they drop only what they count, and learn only into a copy."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np

from runner.conformance.data_checks import expect_untouched
from runner.conformance.samples import ROWS_OF_ALL_SORTS, Sample, alike, content
from runner.conformance.subject import Subject
from runner.data import Dataset


def _ready(subject: Subject, dataset: Dataset) -> Any:
    """Return the cleaner, fitted if it learns."""
    cleaner = subject.build()
    return cleaner.fit(dataset) if getattr(cleaner, "learns", False) else cleaner


def clean(subject: Subject, dataset: Dataset) -> Dataset:
    """Clean rows with a fresh one, fitted to them if it learns."""
    after = _ready(subject, dataset).clean(dataset)
    subject.expect(isinstance(after, Dataset), f"clean() returned {type(after).__name__}, not a Dataset")
    return after  # type: ignore[no-any-return]


def _cleanable(subject: Subject) -> list[Sample]:
    return subject.usable(ROWS_OF_ALL_SORTS, lambda dataset: clean(subject, dataset))


def gives_only_rows_it_was_given(subject: Subject) -> None:
    """Row ids are a subset of those given, and lengths agree."""
    for sample in _cleanable(subject):
        before, after = sample.make(), subject.call(clean, subject, sample.make())
        lengths = {after.n_rows, len(after.target), len(after.row_ids)}
        subject.expect(len(lengths) == 1, f"features, target and row ids have different lengths {sorted(lengths)}")
        new = np.setdiff1d(after.row_ids, before.row_ids).tolist()
        subject.expect(not new, f"on {sample.name} it returns rows it was not given: {new[:5]}")
        twice = len(after.row_ids) - len(np.unique(after.row_ids))
        subject.expect(not twice, f"on {sample.name} it returns {twice} rows twice")


def counts_the_rows_it_drops(subject: Subject) -> None:
    """What is missing afterwards stands in `dropped`."""
    for sample in _cleanable(subject):
        before, after = sample.make(), subject.call(clean, subject, sample.make())
        gone, counted = before.n_rows - after.n_rows, sum(after.dropped.values()) - sum(before.dropped.values())
        told = f"on {sample.name} it dropped {gone} rows but counted {counted}"
        subject.expect(gone == counted, f"{told}; use dataset.drop(mask, reason)")


def keeps_every_row_if_it_says_so(subject: Subject) -> None:
    """`keeps_rows = True` means the same rows in the same order."""
    if not getattr(subject.build(), "keeps_rows", False):
        return
    for sample in _cleanable(subject):
        before, after = sample.make(), subject.call(clean, subject, sample.make())
        stay = np.array_equal(before.row_ids, after.row_ids)
        subject.expect(stay, f"it declares keeps_rows but drops or moves rows of {sample.name}")


def repairs_new_rows_without_a_target(subject: Subject) -> None:
    """A cleaner that keeps rows goes on repairing rows nobody knows the target of."""
    if not getattr(subject.build(), "keeps_rows", False):
        return
    for sample in _cleanable(subject):
        cleaner, known = _ready(subject, sample.make()), sample.make()
        try:
            new = subject.call(cleaner.clean, Dataset.of(known.features))
        except (AttributeError, TypeError, ValueError) as error:
            subject.expect(False, f"without a target it fails on {sample.name}: {type(error).__name__}: {error}")
        same = alike(new.features, cleaner.clean(known).features)
        subject.expect(same, f"without a target it repairs {sample.name} in another way")


def learns_into_a_copy(subject: Subject) -> None:
    """`fit` returns a fitted copy and leaves the cleaner itself unchanged."""
    cleaner = subject.build()
    if not getattr(cleaner, "learns", False):
        return
    for sample in _cleanable(subject):
        before = pickle.dumps(cleaner)
        fitted = subject.call(cleaner.fit, sample.make())
        subject.expect(fitted is not None, "fit() returned nothing; it must return the fitted copy")
        subject.expect(fitted is not cleaner, "fit() returned the cleaner itself; return a fitted copy")
        subject.expect(pickle.dumps(cleaner) == before, "fit() changed the cleaner itself; change only the copy")


def cleans_the_same_way_again(subject: Subject) -> None:
    """Two cleaners built alike give the same rows."""
    for sample in _cleanable(subject):
        first, second = (content(subject.call(clean, subject, sample.make())) for _ in range(2))
        subject.expect(first == second, f"cleaning {sample.name} again gives something else")


def does_not_change_its_input(subject: Subject) -> None:
    """The dataset given stays as it is, in `fit` and in `clean`."""
    for sample in _cleanable(subject):
        expect_untouched(subject, sample.make(), lambda given: clean(subject, given))


CLEANER = (
    gives_only_rows_it_was_given,
    counts_the_rows_it_drops,
    keeps_every_row_if_it_says_so,
    repairs_new_rows_without_a_target,
    learns_into_a_copy,
    cleans_the_same_way_again,
    does_not_change_its_input,
)
