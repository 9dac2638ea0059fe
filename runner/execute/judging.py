"""The last judgement: rows that no trial is chosen by, for one model that is trained on all the others.

A splitter with `final_split` keeps such rows. Its folds part the other rows, and trials are compared on them; what is
shipped is trained on all other rows at once and scored on those kept, once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from runner.data import Dataset
from runner.execute.collecting import Fold
from runner.execute.components import Components
from runner.record.records import Metrics, Score
from runner.record.totals import totals

#: Before the name of a metric: the score is of rows that nothing was chosen by.
TEST = "test/"


def final_fold(components: Components, rows: Dataset, folds: Sequence[Fold]) -> Fold | None:
    """Return the rows that what is shipped learns from and is judged by; None where the splitter keeps none.

    rows: cleaned. folds: of the splitter. Raises PluginError where a kept row is in one of the folds.
    """
    called = components.one("splitter")
    split = getattr(called.component, "final_split", None)
    if split is None:
        return None
    blank = rows if getattr(called.component, "sees_rows", False) else np.zeros((rows.n_rows, 1))
    train, test = (np.asarray(part) for part in called.call("splitting", split, blank, rows.target, rows.groups))
    if not len(train) or not len(test):
        raise called.broke_contract(f"final_split() gave {len(train)} training and {len(test)} test rows")
    used = np.concatenate([train, *(part for fold in folds for part in (fold.train, fold.held_out))])
    if np.isin(test, used).any():
        raise called.broke_contract("final_split() keeps rows that a fold or the last training has, too")
    return Fold(train, test)


def for_choosing(folds: Sequence[Fold]) -> list[Fold]:
    """Return folds whose held-out rows are all validation rows: they are what trials are compared by."""
    return [fold._replace(n_validation=len(fold.held_out)) for fold in folds]


def with_judgement(metrics: Metrics, scores: Mapping[str, Score]) -> Metrics:
    """Add the scores of the last judgement to the totals, as `test/<metric>`."""
    return replace(metrics, total={**metrics.total, **totals([judged_names(scores)])})


def judged_names(scores: Mapping[str, Score]) -> dict[str, Score]:
    """Return the scores under the names of the last judgement."""
    return {f"{TEST}{name}": score for name, score in scores.items()}
