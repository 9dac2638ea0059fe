"""Of sources, splitters and augmenters: where rows come from, where they go, and which are made."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from runner.conformance.samples import PARTED, ROWS_OF_ALL_SORTS, Sample, alike, array, content
from runner.conformance.subject import Subject
from runner.data import MADE, Dataset
from runner.execute.cleaning import frozen
from runner.execute.surroundings import Surroundings


def expect_untouched(subject: Subject, dataset: Dataset, use: Callable[[Dataset], Any]) -> None:
    """Raise Broken if `use(dataset)` writes into the dataset it is given."""
    given = frozen(dataset)
    before = content(given)
    try:
        subject.call(use, given)
    except ValueError as error:
        subject.expect("read-only" not in str(error), f"it writes into the arrays it is given: {error}")
        raise
    subject.expect(content(given) == before, "it changes the data it is given; work on a copy")


# --- sources -----------------------------------------------------------------------------------------------


def _load(subject: Subject) -> Dataset:
    context = Surroundings(subject.catalogue, Path.cwd()).context(seed=0)
    loaded = subject.call(subject.build().load, context)
    subject.expect(isinstance(loaded, Dataset), f"load() returned {type(loaded).__name__}, not a Dataset")
    return loaded  # type: ignore[no-any-return]


def gives_rows_with_ids_and_a_fingerprint(subject: Subject) -> None:
    """Rows, targets and ids are equally many, ids are unique, and the whole has a fingerprint."""
    loaded = _load(subject)
    subject.expect(loaded.n_rows, "it gives no rows")
    subject.expect(loaded.fingerprint, "its dataset has no fingerprint")
    lengths = {loaded.n_rows, len(loaded.row_ids), *([] if loaded.target is None else [len(loaded.target)])}
    subject.expect(len(lengths) == 1, f"features, target and row ids have different lengths {sorted(lengths)}")
    subject.expect(len(set(loaded.row_ids.tolist())) == loaded.n_rows, "its row ids are not unique")


def gives_the_same_rows_again(subject: Subject) -> None:
    """Loaded twice with one seed, the data are the same."""
    subject.expect(content(_load(subject)) == content(_load(subject)), "loaded again, the data differ")


SOURCE = (gives_rows_with_ids_and_a_fingerprint, gives_the_same_rows_again)

# --- splitters ---------------------------------------------------------------------------------------------


#: Positions of the training rows, of the validation rows if there are such, and of the test rows.
Parts = list[list[int]]


def folds_of(splitter: Any, dataset: Dataset) -> list[Parts]:
    """Split as a run does: by the number of rows or by the rows themselves, the target and the groups."""
    rows = dataset if getattr(splitter, "sees_rows", False) else np.zeros((dataset.n_rows, 1))
    return [
        [np.asarray(part).tolist() for part in parts]
        for parts in splitter.split(rows, dataset.target, dataset.groups)
    ]


def _split(subject: Subject) -> list[Parts]:
    folds: list[Parts] = subject.call(folds_of, subject.build(), PARTED.make())
    return folds


def gives_folds_with_rows_in_them(subject: Subject) -> None:
    """There is a fold, all its parts have rows, and every position is one."""
    folds = _split(subject)
    n_rows = PARTED.make().n_rows
    subject.expect(folds, "it gives no fold")
    for number, parts in enumerate(folds, start=1):
        sizes = [len(part) for part in parts]
        subject.expect(len(parts) in (2, 3), f"fold {number} has {len(parts)} parts; two or three are due")
        names = ("training", "test") if len(parts) == 2 else ("training", "validation", "test")
        told = " and ".join(f"{size} {name} rows" for size, name in zip(sizes, names, strict=True))
        subject.expect(all(sizes), f"fold {number} has {told}")
        outside = [row for part in parts for row in part if not 0 <= row < n_rows]
        subject.expect(not outside, f"fold {number} names rows outside 0…{n_rows - 1}: {outside[:5]}")


def keeps_test_rows_out_of_training(subject: Subject) -> None:
    """No row is in two parts of a fold, unless the splitter says that it `overlaps`."""
    if getattr(subject.build(), "overlaps", False):
        return
    for number, parts in enumerate(_split(subject), start=1):
        for one, other in combinations(parts, 2):
            both = sorted(set(one) & set(other))
            subject.expect(not both, f"fold {number} has rows in both training and test: {both[:5]}")


def keeps_groups_together(subject: Subject) -> None:
    """A splitter that needs groups parts none."""
    if not getattr(subject.build(), "needs_groups", False):
        return
    groups = PARTED.make().groups
    assert groups is not None
    for number, parts in enumerate(_split(subject), start=1):
        for one, other in combinations(parts, 2):
            torn = np.intersect1d(groups[one], groups[other]).tolist()
            subject.expect(not torn, f"it declares needs_groups, but fold {number} parts the groups {torn[:5]}")


def gives_the_same_folds_again(subject: Subject) -> None:
    """Built again with the same seed, it gives the same folds."""
    subject.expect(_split(subject) == _split(subject), "with the same seed it gives other folds")


def does_not_change_the_target(subject: Subject) -> None:
    """The target and the groups stay as they are."""
    splitter = subject.build()
    expect_untouched(subject, PARTED.make(), lambda given: folds_of(splitter, given))


SPLITTER = (
    gives_folds_with_rows_in_them,
    keeps_test_rows_out_of_training,
    keeps_groups_together,
    gives_the_same_folds_again,
    does_not_change_the_target,
)

# --- augmenters --------------------------------------------------------------------------------------------


def augment(subject: Subject, dataset: Dataset) -> Dataset:
    """Augment rows with a fresh one."""
    after = subject.build().augment(dataset, np.random.default_rng(0))
    subject.expect(isinstance(after, Dataset), f"augment() returned {type(after).__name__}, not a Dataset")
    return after  # type: ignore[no-any-return]


def _augmentable(subject: Subject) -> list[Sample]:
    return subject.usable(ROWS_OF_ALL_SORTS, lambda dataset: augment(subject, dataset))


def gives_the_originals_first_and_unchanged(subject: Subject) -> None:
    """The first rows are those given."""
    for sample in _augmentable(subject):
        before = sample.make()
        after = subject.call(augment, subject, sample.make())
        first = after.take(np.arange(min(before.n_rows, after.n_rows)))
        ids_stay = first.row_ids.tolist() == before.row_ids.tolist()
        stay = repr(array(first.features).tolist()) == repr(array(before.features).tolist())
        subject.expect(
            ids_stay and stay and alike(first.target, before.target),
            f"on {sample.name} the first {before.n_rows} rows are not those given; use dataset.joined(made)",
        )


def marks_the_rows_it_makes(subject: Subject) -> None:
    """Every row that is no original has the id MADE."""
    for sample in _augmentable(subject):
        before = sample.make()
        made = subject.call(augment, subject, sample.make()).row_ids[before.n_rows :]
        told = f"on {sample.name} {np.count_nonzero(made != MADE)} rows it made are not marked as MADE"
        subject.expect((made == MADE).all(), f"{told}, so they could be tested on; use dataset.joined(made)")


def gives_each_row_a_target(subject: Subject) -> None:
    """Features, target, ids and groups stay equally long."""
    for sample in _augmentable(subject):
        after = subject.call(augment, subject, sample.make())
        lengths = {after.n_rows, len(after.target), len(after.row_ids), len(after.groups)}
        subject.expect(len(lengths) == 1, f"features, target, row ids and groups have lengths {sorted(lengths)}")


def makes_the_same_rows_from_the_same_seed(subject: Subject) -> None:
    """All chance comes from the generator given."""
    for sample in _augmentable(subject):
        first, second = (content(subject.call(augment, subject, sample.make())) for _ in range(2))
        subject.expect(first == second, f"on {sample.name} it makes other rows from the same seed")


def does_not_change_its_input(subject: Subject) -> None:
    """The dataset given stays as it is."""
    for sample in _augmentable(subject):
        expect_untouched(subject, sample.make(), lambda given: augment(subject, given))


AUGMENTER = (
    gives_the_originals_first_and_unchanged,
    marks_the_rows_it_makes,
    gives_each_row_a_target,
    makes_the_same_rows_from_the_same_seed,
    does_not_change_its_input,
)
