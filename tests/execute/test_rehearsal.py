from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.errors import ConfigError, DataError
from runner.execute.rehearsal import Rehearsal, rehearse
from runner.execute.request import Request
from runner.testing import make_catalogue

DECLARED = {
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "cleaners": ["drop_duplicates"],
    "splitter": "stratified_kfold",
    "transforms": ["standard_scale"],
    "model": "LogisticRegression",
    "metrics": ["accuracy"],
    "executor": "inline",
}


def rehearsed(tmp_path: Path, **changed: Any) -> Rehearsal:
    request = Request(
        declared={**DECLARED, **changed}, root=str(tmp_path / "outputs"), folder=str(tmp_path), name="iris"
    )
    return rehearse(request, make_catalogue())


def test_a_rehearsal_goes_up_to_the_split_and_tells_what_would_follow(tmp_path: Path) -> None:
    told = rehearsed(tmp_path)
    assert [stage.step for stage in told.stages] == [
        "load/sklearn_dataset",
        "clean/drop_duplicates",
        "split/stratified_kfold",
    ]
    assert list(told.ahead) == ["transform/standard_scale", "train/LogisticRegression"]
    assert (told.experiment, list(told.metrics), told.trainings) == ("iris", ["accuracy"], 6)
    assert told.report.raw.rows == 150
    assert told.report.clean is not None
    assert told.report.clean.rows == 149


def test_a_rehearsal_writes_nothing(tmp_path: Path) -> None:
    rehearsed(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("refit", "trainings"), [("auto", 1), ("always", 2), ("never", 1)])
def test_a_refit_is_counted(tmp_path: Path, refit: str, trainings: int) -> None:
    assert rehearsed(tmp_path, splitter="holdout", refit=refit).trainings == trainings


def test_what_would_fail_in_a_run_fails_here(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="51 folds are more than the members of the smallest class"):
        rehearsed(tmp_path, splitter={"use": "stratified_kfold", "folds": 51})
    with pytest.raises(ConfigError, match="no setting 'modle'"):
        rehearsed(tmp_path, modle="x")


def test_what_a_run_would_note_is_noted_once(tmp_path: Path) -> None:
    (tmp_path / "split.csv").write_text(
        "row_id,part\n" + "".join(f"{i},{'test' if i % 5 else 'train'}\n" for i in range(150))
    )
    told = rehearsed(tmp_path, splitter={"use": "by_file", "file": "split.csv"})
    (note,) = told.notes
    assert note.endswith("1 of the row ids in split.csv are not among the 149 rows")
