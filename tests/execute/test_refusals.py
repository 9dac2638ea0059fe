"""Experiments that cannot be carried out, run whole: the exit code, and what the person is told to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import runner
from runner.errors import RunnerError

TABLE = pd.DataFrame(
    {
        "x": np.random.default_rng(0).normal(size=60),
        "when": [*range(30, 60), *range(30)],
        "kind": ["a"] * 30 + ["b"] * 30,
    }
)
PARTS = ["early"] * 30 + ["late"] * 30
DECLARED: dict[str, Any] = {
    "source": {"use": "in_memory", "features": TABLE, "target": "kind"},
    "splitter": "stratified_holdout",
    "model": {"use": "softmax", "epochs": 3, "batch_size": 32},
    "optimizer": "sgd",
    "metrics": ["accuracy"],
    "exporters": [],
}


def source(**columns: Any) -> dict[str, Any]:
    return {"source": {"use": "in_memory", "features": TABLE.assign(**columns), "target": "kind"}}


REFUSED: list[Any] = [
    # one class only, in all rows or in the training rows; too many folds
    ("F81", source(kind="a"), 3, "all 60 rows are of the one class 'a'"),
    (
        "F81",
        {"splitter": {"use": "by_column", "column": "part", "test": ["late"]}, **source(part=PARTS)},
        3,
        "the 30 training rows of fold 1 are all of the class a. In all there are 'a': 30, 'b': 30",
    ),
    ("F81", {"splitter": {"use": "stratified_kfold", "folds": 31}}, 3, "The largest possible number is 30"),
    ("F81", {"splitter": {"use": "kfold", "folds": 61}}, 3, "The largest possible number is 60"),
    # targets
    ("F82", source(kind=np.linspace(0, 1, 60)), 3, "it is a value and no class"),
    # nothing left
    ("F83", {"cleaners": [{"use": "drop_missing"}], **source(x=np.nan)}, 3, "left none of the 60 rows"),
    (
        "F83",
        {"splitter": {"use": "by_column", "column": "part", "test": ["none"]}, **source(part=PARTS)},
        3,
        "fold 1 has 60 training and 0 test rows",
    ),
    # classes of one row, unsorted time
    ("F84", source(kind=["c", *TABLE["kind"][1:]]), 3, "1 has fewer ('c': 1, 'a': 29, 'b': 30)"),
    (
        "F84",
        {"splitter": {"use": "time_holdout", "column": "when"}},
        3,
        "1 of 60 rows are earlier in 'when' than the row before them (counted from 0: 30)",
    ),
    # training that cannot go as declared
    ("F88", {"optimizer": {"use": "sgd", "learning_rate": 0}}, 2, "greater than 0 or 'auto' for 'learning_rate'"),
    ("F88", {"model": {"use": "softmax", "epochs": 0}}, 2, "greater than or equal to 1 for 'epochs'"),
    (
        "F88",
        {"scheduler": {"use": "cosine", "warmup": 6}},
        2,
        "scheduler.warmup 6 is 6 steps, and the whole training has 6. Give at most 5",
    ),
    ("F88", {"optimizer": {"use": "sgd", "learning_rate": 1e300}}, 1, "the training diverged"),
    # smaller than possible
    (
        "F90",
        {"compressors": [{"use": "truncated_svd", "rank": 9}], "source": {"use": "sklearn_dataset", "name": "iris"}},
        2,
        "rank 9 does not make it smaller. Ranks 1 to 1 do",
    ),
]


@pytest.mark.fault("F81", "F82", "F83", "F84", "F88", "F90")
@pytest.mark.parametrize(("fault", "changed", "code", "told"), REFUSED)
def test_what_cannot_be_carried_out_is_refused_with_what_to_do(
    tmp_path: Path, fault: str, changed: dict[str, Any], code: int, told: str
) -> None:
    del fault
    with pytest.raises(RunnerError) as caught:
        runner.run({**DECLARED, **changed}, outputs=tmp_path)
    assert told in str(caught.value)
    assert caught.value.exit_code == code


def test_the_declaration_itself_can_be_carried_out(tmp_path: Path) -> None:
    assert runner.run(DECLARED, outputs=tmp_path).metrics.total["accuracy"].n == 1
