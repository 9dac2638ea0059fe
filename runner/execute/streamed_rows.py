"""The rows of a trial in batches: loaded, cleaned, parted and augmented one batch at a time, pass after pass.

A row's way depends on that row alone, so what comes out is what all rows at once would have given; only augmenters
see no more than the training rows of one batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError
from runner.execute import cleaning
from runner.execute.change_report import change_of
from runner.execute.collecting import Fold, tell_notes, without_taken
from runner.execute.components import Called, Components
from runner.execute.preparing import FoldStage, Prepared, fold_stages
from runner.execute.streamed_survey import FirstSurvey, Survey
from runner.execute.streamed_turns import Turns
from runner.plan.seeds import random_state


@dataclass
class Stream:
    """Rows that come in batches, as often as they are asked for.

    gathering, preparing: the stages before the split and after it. whole: all rows are training rows. survey: what
    the first whole pass found; None before it has ended.
    """

    components: Components
    context: SourceContext
    gathering: Turns
    preparing: Turns
    whole: bool = False
    survey: FirstSurvey | None = None
    _notes: set[str] = field(default_factory=set)

    @property
    def repairs(self) -> tuple[Any, ...]:
        """The cleaners that new rows go through first."""
        return tuple(one.component for one in self.components.many("cleaners") if cleaning.keeps_rows(one))

    def surveyed(self) -> FirstSurvey:
        """Return what a pass over the rows finds; makes one if there was none yet."""
        if self.survey is None:
            for _ in self.batches(augmented=False):
                pass
        assert self.survey is not None
        return self.survey

    def batches(self, *, augmented: bool) -> Iterator[Prepared]:
        """Go through the rows once: batches with training rows, held-out rows, or both.

        augmented: augmenters add training rows. Raises DataError; PluginError where a component breaks its contract.
        """
        for turns in (self.gathering, self.preparing):
            turns.begin_pass()
        survey = (FirstSurvey if self.survey is None else Survey)(self.components, self.whole)
        first = survey if isinstance(survey, FirstSurvey) else None
        before, waiting = cleaning.parted(self.components.many("cleaners"))
        augmenters = [one for one in fold_stages(self.components) if one.members[0].step.kind == "augmenter"]
        augmenters = augmenters if augmented else []
        for raw in self._loaded():
            if not raw.n_rows:
                survey.keep(raw)
                continue
            clean = raw
            for called in before:
                uncleaned, clean = clean, self._cleaned(called, clean, self.gathering)
                if first is not None:
                    first.add_change(change_of(f"clean/{called.name}", uncleaned, clean))
            fold = self._split(clean)
            rows = self._parted(clean, fold)
            for called in waiting:
                rows = self._cleaned_apart(called, rows)
            survey.add(raw, rows.train, fold)
            if first is not None:
                first.account(raw, clean, rows.train, fold)
            if rows.train.n_rows:
                rows = self._augmented(rows, augmenters, survey.n_batches)
            if rows.train.n_rows or rows.held_out is not None:
                yield rows
        survey.check()
        if self.survey is not None:
            self.survey.check_same(survey)
        self.survey = first or self.survey

    def _loaded(self) -> Iterator[Dataset]:
        called = self.components.one("source")
        batches = iter(called.call("loading", called.component.batches, self.context))
        while True:
            with self.gathering.stage(f"load/{called.name}") as stage:
                batch = called.call("loading", next, batches, None)
                if batch is None:
                    return
                if not isinstance(batch, Dataset):
                    raise called.broke_contract(f"batches() gave {type(batch).__name__}, not a Dataset")
                stage.rows_out = batch.n_rows
            self._tell(called, (), batch.notes)
            yield batch

    def _cleaned(self, called: Called, rows: Dataset, turns: Turns) -> Dataset:
        step = f"clean/{called.name}"
        with turns.stage(step, rows.n_rows) as stage:
            after = cleaning.apply(called, called.component, rows, may_empty=True) if rows.n_rows else rows
            stage.rows_out = after.n_rows
        turns.count_dropped(
            step, {reason: more for reason, n in after.dropped.items() if (more := n - rows.dropped.get(reason, 0))}
        )
        self._tell(called, rows.notes, after.notes)
        return after

    def _cleaned_apart(self, called: Called, rows: Prepared) -> Prepared:
        """Clean training rows, and held-out rows where every row stays."""
        train = self._cleaned(called, rows.train, self.preparing)
        held = rows.held_out
        if held is not None and cleaning.keeps_rows(called):
            held = cleaning.apply(called, called.component, held)
        return replace(rows, train=train, test=held, held_out=held)

    def _split(self, rows: Dataset) -> Fold:
        if self.whole or not rows.n_rows:
            return Fold(np.arange(rows.n_rows), np.empty(0, dtype=np.intp))
        called = self.components.one("splitter")
        if getattr(called.component, "needs_groups", False) and rows.groups is None:
            raise DataError(f"{called} keeps groups together, but the source names none: 'source.groups=COLUMN'.")
        with self.gathering.stage(f"split/{called.name}", rows.n_rows):
            seen = rows if getattr(called.component, "sees_rows", False) else np.zeros((rows.n_rows, 1))
            folds = called.call("splitting", _all_folds, called.component, seen, rows.target, rows.groups)
            if len(folds) != 1:
                raise called.broke_contract(f"it parts row by row and gave {len(folds)} folds of a batch; one is due")
            positions = np.concatenate([folds[0].train, folds[0].held_out])
            if not np.array_equal(np.sort(positions), np.arange(rows.n_rows)):
                raise called.broke_contract(f"it did not put each of {rows.n_rows} rows of a batch into one part")
        return folds[0]  # type: ignore[no-any-return]

    def _parted(self, clean: Dataset, fold: Fold) -> Prepared:
        rows = without_taken(self.components, clean)
        held = rows.take(fold.held_out) if len(fold.held_out) else None
        return Prepared(rows.take(fold.train), held, held, n_validation=fold.n_validation)

    def _augmented(self, rows: Prepared, augmenters: Sequence[FoldStage], number: int) -> Prepared:
        """Add made rows, each batch with draws of its own. number: of the batch, from 1."""
        seed = self.context.seed if number == 1 else random_state(self.context.seed, "batch", number)
        for stage in augmenters:
            rows = stage.run(rows, seed, self.preparing.fold, self.preparing)
        return rows

    def _tell(self, called: Called, before: tuple[str, ...], after: tuple[str, ...]) -> None:
        """Log a note the first time that it is heard."""
        new = [note for note in after[len(before) :] if f"{called} {note}" not in self._notes]
        self._notes |= {f"{called} {note}" for note in new}
        tell_notes(called, (), new)


def _all_folds(splitter: Any, rows: Any, target: Any, groups: Any) -> list[Fold]:
    return [Fold.of(parts) for parts in splitter.split(rows, target, groups)]
