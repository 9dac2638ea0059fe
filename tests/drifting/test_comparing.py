from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from runner.data import Prediction
from runner.drifting.comparing import Finding, compare
from runner.drifting.reference import Reference
from runner.errors import DataError

WORDS = np.array(
    ["free", "call", "now", "win", "prize", "text", "stop", "home", "later", "love", *map(str, range(40))]
)


def rows(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            **{f"x{place}": rng.normal(size=n) for place in range(4)},
            "age": rng.integers(18, 80, n),
            "gain": np.where(rng.random(n) < 0.9, 0, rng.exponential(size=n)),
            "gap": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "job": rng.choice(["cook", "nurse", "smith"], n, p=[0.6, 0.3, 0.1]),
            "town": rng.zipf(2, n).astype(str),
            "text": [" ".join(rng.choice(WORDS, rng.integers(3, 20))) for _ in range(n)],
            "one": 5,
        }
    )


def said(n: int, seed: int, share: float = 0.3) -> Prediction:
    chance = np.random.default_rng(seed).beta(1 + 4 * share, 5 - 4 * share, n)
    return Prediction((chance > 0.5).astype(int), np.array([0, 1]), np.stack([1 - chance, chance], axis=1))


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference.of(rows(1500, 0), [said(400, 0)])


def drifted(reference: Reference, features: Any, *predictions: Prediction) -> dict[str, Finding]:
    return {one.name: one for one in compare(reference, features, predictions).findings if one.level != "none"}


@pytest.mark.parametrize("size", [30, 120, 800])
def test_rows_of_the_same_kind_raise_no_more_false_alarms_than_are_put_up_with(
    reference: Reference, size: int
) -> None:
    alarms = [bool(drifted(reference, rows(size, 100 + turn), said(size, turn))) for turn in range(20)]
    assert sum(alarms) <= 2, "at 5 % of false alarms, three of twenty come once in thirteen times"


@pytest.mark.parametrize(
    ("change", "name", "why"),
    [
        (lambda frame: frame.assign(x1=frame["x1"] + 0.7), "x1", "its distribution moved (PSI"),
        (lambda frame: frame.assign(x2=frame["x2"] * 3), "x2", "its distribution moved"),
        (lambda frame: frame.assign(one=6), "one", "its distribution moved"),
        (lambda frame: frame.assign(gain=frame["gain"].where(frame.index % 2 > 0, 1.0)), "gain", "its distribution"),
        (lambda frame: frame.assign(job=frame["job"].where(frame.index % 12 > 0, "king")), "job", "new: 'king' "),
        (lambda frame: frame.assign(job=frame["job"].where(frame.index % 2 > 0, "smith")), "job", "its distribution"),
        (lambda frame: frame.assign(x0=frame["x0"].where(frame.index % 5 > 0)), "x0", "missing in 20.0% of the rows"),
        (lambda frame: frame.assign(gap=frame["gap"].fillna(0.1)), "gap", "missing in 0.0% of the rows"),
        (
            lambda frame: frame.assign(text=frame["text"].str.replace("0", "wholly new words")),
            "text (share of unknown words)",
            "its distribution",
        ),
        (lambda frame: frame.assign(text=frame["text"].str[:12]), "text (characters)", "its distribution"),
    ],
    ids=["mean", "spread", "constant", "zeros", "new", "shares", "missing", "no longer missing", "words", "lengths"],
)  # fmt: skip
def test_what_was_changed_is_found_and_named(reference: Reference, change: Any, name: str, why: str) -> None:
    found = drifted(reference, change(rows(400, 7)))
    assert name in found
    assert any(why in told for told in found[name].why)
    assert set(found) <= {name, "text (characters)", "text (words)", "text (share of unknown words)"}


def test_changed_predictions_are_found_though_the_columns_are_the_same(reference: Reference) -> None:
    found = drifted(reference, rows(400, 7), said(400, 7, share=0.7))
    assert {(one.name, one.of) for one in found.values()} == {
        ("predicted class", "prediction"), ("chance of 1", "prediction"),
    }  # fmt: skip


def test_the_farthest_stand_first_and_large_shifts_are_told_from_moderate_ones(reference: Reference) -> None:
    frame = rows(1500, 7)
    drift = compare(reference, frame.assign(x0=frame["x0"] + 0.4, x1=frame["x1"] + 2))
    assert [(one.name, one.level) for one in drift.findings[:2]] == [("x1", "large"), ("x0", "moderate")]
    assert drift.drifts
    assert not compare(reference, frame.assign(x0=frame["x0"] + 0.4), mark=0.2).drifts


def test_categories_that_were_rare_before_are_not_taken_for_new(reference: Reference) -> None:
    assert "town" not in drifted(reference, rows(400, 7))
    towns = drifted(reference, rows(400, 7).assign(town=[f"t{n % 3}" if n % 4 == 0 else "1" for n in range(400)]))
    assert "new: 't0' " in " ".join(towns["town"].why)


def test_too_few_rows_are_refused(reference: Reference) -> None:
    with pytest.raises(DataError, match="7 rows are too few to see a drift in; give 20 or more"):
        compare(reference, rows(7, 1))


def test_dates_and_empty_columns_are_compared_by_what_is_missing(reference: Reference) -> None:
    days = pd.DataFrame({"day": pd.date_range("2026-01-01", periods=100), "n": np.arange(100.0)})
    known = Reference.of(days, [])
    later = days.assign(day=days["day"] + pd.Timedelta(days=900), n=np.nan)
    drift = compare(known, later)
    assert [one.name for one in drift.findings if one.level != "none"] == ["n"]
    assert "n: too few values to compare" in drift.notes
    assert any(note.startswith("day: dates move on") for note in drift.notes)
