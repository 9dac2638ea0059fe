from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from runner.data import Prediction
from runner.errors import IntegrityError
from runner.record.predictions import HeldOut, cells, predictions_table, read_predictions

RNG = np.random.default_rng(0)


def held_out(classes: Any, fold: int = 0, part: Any = "test", n: int = 7, **left_out: None) -> HeldOut:
    """Make rows of one fold. left_out: parts of the prediction that the model does not give."""
    known = np.asarray(classes)
    probabilities = RNG.dirichlet(np.ones(len(known)), size=n)
    scores = np.log(probabilities[:, 1] / probabilities[:, 0]) if len(known) == 2 else np.log(probabilities)
    given = {"probabilities": probabilities, "scores": scores, **left_out}
    labels = known[RNG.integers(len(known), size=n)]
    return HeldOut(fold, part, RNG.permutation(1000)[:n], labels, Prediction(labels[::-1], known, **given))


def read_back(parts: list[HeldOut], folder: Path) -> list[HeldOut]:
    path = folder / "predictions.csv"
    path.write_text(predictions_table(parts), encoding="utf-8", newline="")
    return read_predictions(path)


def assert_same(found: list[HeldOut], written: list[HeldOut]) -> None:
    assert [(part.fold, part.part) for part in found] == [(part.fold, part.part) for part in written]
    for one, other in zip(found, written, strict=True):
        for name in ("row_ids", "truth"):
            assert getattr(one, name).tolist() == getattr(other, name).tolist()
        for name in ("labels", "classes", "probabilities", "scores"):
            left, right = (getattr(part.prediction, name) for part in (one, other))
            assert (left is None) == (right is None), name
            assert left is None or left.tolist() == right.tolist(), name


@pytest.mark.parametrize(
    "classes",
    [["ham", "spam"], [0, 1], [-1.5, 2.0, 1e300], [False, True], ["1", "2", "true"], list("abcdefghij")],
    ids=str,
)
def test_every_value_reads_back_bit_for_bit(classes: Any, tmp_path: Path) -> None:
    parts = [held_out(classes, fold, part) for fold in (0, 1) for part in ("validation", "test")]
    assert_same(read_back(parts, tmp_path), parts)


def test_values_of_a_regression_read_back_bit_for_bit(tmp_path: Path) -> None:
    truth, said = RNG.normal(size=5) * 1e-300, RNG.normal(size=5) * 1e300
    parts = [HeldOut(0, "test", np.arange(5), truth, Prediction(said))]
    assert_same(read_back(parts, tmp_path), parts)


@pytest.mark.parametrize("left_out", [{"scores": None}, {"probabilities": None}])
def test_what_the_model_does_not_say_has_no_column(left_out: dict[str, None], tmp_path: Path) -> None:
    parts = [held_out(["a", "b", "c"], **left_out)]
    assert next(iter(left_out)).rstrip("s")[:5] not in predictions_table(parts).split("\n")[0]
    assert_same(read_back(parts, tmp_path), parts)


def test_a_class_that_one_fold_did_not_learn_leaves_cells_empty(tmp_path: Path) -> None:
    parts = [held_out(["a", "c"], 0, scores=None), held_out(["a", "b", "c"], 1, scores=None)]
    lines = predictions_table(parts).split("\n")
    assert lines[0].endswith("probability.a,probability.b,probability.c")
    assert lines[1].split(",")[6] == ""
    assert_same(read_back(parts, tmp_path), parts)


def test_labels_that_a_spreadsheet_would_compute_or_a_parser_would_break_on_read_back(tmp_path: Path) -> None:
    names = sorted(["=cmd|' /C calc'!A0", "a,b", 'say "hi"', "two\nlines", "<script>", "اليمين", "😀", "'", ""])
    parts = [held_out(names, n=40)]
    assert "\n=cmd" not in predictions_table(parts)
    assert ",=cmd" not in predictions_table(parts)
    assert_same(read_back(parts, tmp_path), parts)


def test_others_read_the_table_too(tmp_path: Path) -> None:
    part = held_out(["ham", "spam"])
    read_back([part], tmp_path)
    table = pd.read_csv(tmp_path / "predictions.csv")
    assert table["truth"].tolist() == part.truth.tolist()
    numbers = table[["probability.ham", "probability.spam"]].to_numpy()
    assert part.prediction.probabilities is not None
    assert np.allclose(numbers, part.prediction.probabilities, rtol=1e-15)


def test_many_rows_are_written_in_several_goes(tmp_path: Path) -> None:
    parts = [held_out(["a", "b"], n=900) for _ in range(1)]
    many = HeldOut(
        0,
        "test",
        np.arange(25_000),
        np.resize(parts[0].truth, 25_000),
        Prediction(np.resize(parts[0].prediction.labels, 25_000)),
    )
    assert_same(read_back([many], tmp_path), [many])


def test_no_held_out_rows_are_a_header(tmp_path: Path) -> None:
    assert predictions_table([]) == "fold,part,row_id,truth,predicted\n"
    assert read_back([], tmp_path) == []


HEAD = "fold,part,row_id,truth,predicted"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        ("a,b\n1,2\n", "its columns are"),
        (f"{HEAD}\n0,train,1,a,b\n", "part 'train' is neither"),
        (f"{HEAD}\n0,test,1,a\n", "fold 0 has not the 5 cells"),
        (f"{HEAD}\n0,test,x,a,b\n", "invalid literal"),
        (f"{HEAD},probability.a\n0,test,1,a,b,much\n", "could not convert"),
        (f'{HEAD}\n0,test,1,a,"b\n', "unexpected end of data"),
        (f"{HEAD}\n\n", "list index out of range"),
    ],
)
def test_another_file_is_refused_with_its_path(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(IntegrityError, match=rf"predictions.csv' cannot be read as the table .*{why}"):
        read_predictions(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="No such file"):
        read_predictions(tmp_path / "nowhere.csv")


def test_the_numbers_of_a_part_are_counted() -> None:
    said = Prediction(np.array(["a", "b"]), np.array(["a", "b"]), np.full((2, 2), 0.5), np.zeros(2))
    assert cells(HeldOut(0, "test", np.arange(2), np.array(["a", "b"]), said)) == 2 + 4 + 2
