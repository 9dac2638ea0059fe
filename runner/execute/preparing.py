"""The rows of one fold on their way to the model: cleaned, augmented, transformed, stage after stage.

A stage takes `Prepared` rows and gives new ones, so what several trials have in common can be computed once
and handed to each of them. Everything is learned on the training rows; the held-out rows are only carried along.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import clone

from runner.data import MADE, Dataset
from runner.errors import DataError
from runner.execute import cleaning
from runner.execute.collecting import Fold, tell_notes, without_taken
from runner.execute.components import Called, Components
from runner.execute.observing import Stages
from runner.execute.parts import parts_of
from runner.execute.pipeline import Block, blocks, check_columns, settle
from runner.plan.seeds import derive
from runner.record.fingerprint import fingerprint


@dataclass(frozen=True)
class Prepared:
    """train: to learn from; test: held out, None for a refit on all rows; both as the last stage left them.

    held_out: the test rows before any transform. repairs: fitted cleaners that new rows go through first;
    blocks: fitted steps of the pipeline, by name. n_validation: so many of the first held-out rows are validation
    rows. learned_from: the training rows before any transform, None where no compressor asks for them. complete:
    False where repairs and blocks were not kept with the rows, which are then good for scores and not for a model to
    ship.
    """

    train: Dataset
    test: Dataset | None
    held_out: Dataset | None
    repairs: tuple[Any, ...] = ()
    blocks: tuple[tuple[str, Any], ...] = ()
    complete: bool = True
    n_validation: int = 0
    learned_from: Dataset | None = None


@dataclass(frozen=True)
class FoldStage:
    """One stage. name: "<stage>/<component>"; run: (rows, seed of the experiment, fold, stages) -> rows.

    parts: how many it could be computed in.
    """

    name: str
    members: tuple[Called, ...]
    run: Callable[[Prepared, int, int | None, Stages], Prepared]
    parts: int = 1


def parted_rows(components: Components, rows: Dataset, fold: Fold | None) -> Prepared:
    """Begin a fold with its rows as the splitter parted them. fold: None trains on all rows."""
    before, _ = cleaning.parted(components.many("cleaners"))
    repairs = tuple(called.component for called in before if cleaning.keeps_rows(called))
    rows = without_taken(components, rows)
    if fold is None:
        return Prepared(rows, None, None, repairs)
    held = rows.take(fold.held_out)
    return Prepared(rows.take(fold.train), held, held, repairs, n_validation=fold.n_validation)


def fold_stages(components: Components, *, in_parts: bool = False) -> list[FoldStage]:
    """List the stages of a fold, in order. in_parts: a transform that can be computed in parts has one for each.

    What is computed in parts gives the same features, and no pipeline to ship.
    """
    _, waiting = cleaning.parted(components.many("cleaners"))
    made = [FoldStage(f"clean/{called.name}", (called,), partial(_clean, called)) for called in waiting]
    made += [
        FoldStage(f"augment/{one.name}", (one,), partial(_augment, one)) for one in components.many("augmenters")
    ]
    kept = wants_rows(components)
    for block in blocks(components.many("transforms")):
        parts = parts_of(block)
        if in_parts and len(parts) > 1:
            run = [partial(_transform_partly, part) for part in parts]
            made += [FoldStage(f"transform/{p.name}", p.members, r) for p, r in zip(parts, run, strict=True)]
        else:
            run_block = partial(_transform, block, kept)
            made.append(FoldStage(f"transform/{block.name}", block.members, run_block, len(parts)))
    return made


def _clean(called: Called, rows: Prepared, seed: int, fold: int | None, stages: Stages) -> Prepared:
    """Run a cleaner that had to wait for the split."""
    del seed, fold
    train, test, repairs = rows.train, rows.test, rows.repairs
    with stages.stage(f"clean/{called.name}", train.n_rows) as stage:
        cleaned = cleaning.clean(called, train)
        tell_notes(called, train.notes, cleaned.dataset.notes)
        train, stage.rows_out = cleaned.dataset, cleaned.dataset.n_rows
        if cleaning.keeps_rows(called):
            repairs = (*repairs, cleaned.cleaner)
            test = None if test is None else cleaning.apply(called, cleaned.cleaner, test)
        else:
            stage.note = "training rows only"
    return replace(rows, train=train, test=test, held_out=test, repairs=repairs)


def _augment(called: Called, rows: Prepared, seed: int, fold: int | None, stages: Stages) -> Prepared:
    rng = np.random.default_rng(derive(seed, called.step.path, fold))
    before = rows.train
    times = called.step.settings.get("times", 1) if "times" in called.step.offer.placed_by_core() else 1
    with stages.stage(f"augment/{called.name}", before.n_rows) as stage:
        train = before
        for time in range(times):
            after = called.call("augmenting", called.component.augment, cleaning.frozen(before), rng)
            _check_made(called, before, after)
            train = train.joined(after.take(np.arange(before.n_rows, after.n_rows))) if time else after
        stage.rows_out = train.n_rows
    return replace(rows, train=train)


def _check_made(called: Called, before: Dataset, after: Any) -> None:
    if not isinstance(after, Dataset):
        raise called.broke_contract(f"augment() returned {type(after).__name__}, not a Dataset")
    originals, made = after.row_ids[: before.n_rows], after.row_ids[before.n_rows :]
    if not np.array_equal(originals, before.row_ids) or (made != MADE).any():
        raise called.broke_contract("it must return the rows given, in order, followed by the rows it made")


def _transform(block: Block, keeps: bool, rows: Prepared, seed: int, fold: int | None, stages: Stages) -> Prepared:
    """Fit a block of transforms on the training rows and carry the held-out rows along.

    keeps: the rows that reach the first block, for compressors that learn from them.
    """
    del seed, fold
    learned_from = rows.learned_from if rows.blocks or not keeps else rows.train
    called, train, test = block.members[0], rows.train, rows.test
    check_columns(block, train.features)
    estimator = clone(block.estimator)
    with stages.stage(f"transform/{block.name}", train.n_rows) as stage:
        features = watched(called, "fitting", estimator.fit_transform, train.features, train.target)
        settle(estimator, block)
        check_features(called, features, train.n_rows)
        stage.rows_out, stage.note = train.n_rows, shape_told(features.shape[1:])
        if test is not None:
            held = called.call("transforming new rows", estimator.transform, test.features)
            check_features(called, held, test.n_rows)
            test = test.with_features(held)
    return replace(
        rows,
        train=train.with_features(features),
        test=test,
        blocks=(*rows.blocks, (block.name, estimator)),
        learned_from=learned_from,
    )


def _transform_partly(part: Block, rows: Prepared, seed: int, fold: int | None, stages: Stages) -> Prepared:
    return replace(_transform(part, False, rows, seed, fold, stages), complete=False)


def wants_rows(components: Components) -> bool:
    """Say whether a compressor learns from the training rows."""
    return any(getattr(called.component, "needs_rows", False) for called in components.many("compressors"))


def shape_told(shape: tuple[int, ...]) -> str:
    """Tell the shape of one row, such as "3 columns"."""
    return f"{shape[0]} columns" if len(shape) == 1 else f"{' x '.join(map(str, shape))} values"


def watched(called: Called, doing: str, function: Callable[..., Any], features: Any, target: Any) -> Any:
    """Call a fitting method; where the experiment is strict, make sure that it left its input as it was."""
    if not called.strict:
        return called.call(doing, function, features, target)
    given = Dataset.of(features, target)
    before = fingerprint(given)
    result = called.call(doing, function, features, target)
    if fingerprint(given) != before:
        raise called.broke_contract(f"while {doing}, it changed the rows it was given")
    return result


def check_table(called: Called, rows: Prepared) -> None:
    """Refuse rows that are no table yet when they reach the model, such as images. Raises DataError."""
    shape = rows.train.features.shape
    if len(shape) != 2:
        raise DataError(
            f"{called} takes a table (n_rows, n_columns), found rows of shape {shape[1:]}. Add a transform that "
            "makes one of them, such as 'flatten' or 'image_to_matrix'."
        )


def check_features(called: Called, features: Any, n_rows: int) -> None:
    """Refuse what a transform gave if it is no table of these rows. Raises PluginError, DataError."""
    shape = getattr(features, "shape", None)
    if shape is None or len(shape) < 2 or shape[0] != n_rows:
        raise called.broke_contract(f"transform gave shape {shape} for {n_rows} rows; (n_rows, ...) is due")
    if shape[1] == 0:
        raise DataError(f"{called} left no columns to learn from.")
