"""How sure scores are, judged against what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from runner.catalogue import Catalogue
from runner.data import Prediction
from runner.errors import DataError, PluginError
from runner.execute import intervals as module
from runner.execute.components import Called
from runner.execute.intervals import intervals
from runner.plan.experiment import resolve
from runner.record.predictions import HeldOut
from runner.testing import make_catalogue


@dataclass(frozen=True)
class Share:
    """Share of rows that are right, with or without a way to score resamples at once."""

    at_once: Any = "yes"
    direction: Any = "maximize"

    needs = "labels"
    task = "classification"

    def score(self, truth: Any, prediction: Prediction) -> float:
        if self.at_once == "picky" and not truth.any():
            raise DataError("no row of class 1")
        return float(np.mean(truth == prediction.labels))

    @property
    def resampled(self) -> Any:
        return None if self.at_once in ("no", "picky") else self._resampled

    def _resampled(self, truth: Any, prediction: Prediction, counts: Any) -> Any:
        if self.at_once == "wrong":
            return np.zeros((len(counts), 2))
        if self.at_once == "later":
            return NotImplemented
        if self.at_once == "sometimes":
            return np.where(counts[:, 0] > 0, 0.5, np.nan)
        return counts @ (truth == prediction.labels) / counts.sum(axis=1)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue()


@pytest.fixture
def called(catalogue: Catalogue) -> Any:
    """Wrap a metric as the core does."""
    declared = {
        "source": {"use": "sklearn_dataset", "name": "iris"},
        "splitter": "holdout",
        "model": "LogisticRegression",
        "metrics": ["accuracy"],
        "executor": "inline",
    }
    step = resolve(declared, catalogue).many("metrics")[0]
    return lambda metric: Called(step, metric)


def rows(n: int = 200, right: float = 0.8, fold: int = 0, part: Any = "test", first: int = 0) -> HeldOut:
    """Make rows of which a share is predicted right, the first rows being wrong."""
    truth = np.arange(n) % 2
    labels = np.where(np.arange(n) < n * (1 - right), 1 - truth, truth)
    return HeldOut(fold, part, first + np.arange(n), truth, Prediction(labels, np.array([0, 1])))


def of(metric: Any, held: Sequence[HeldOut], **options: Any) -> Any:
    return intervals([metric], held, **{"seed": 0, **options})["accuracy"]


@pytest.mark.parametrize("at_once", ["yes", "no", "later"])
def test_the_interval_of_a_share_is_that_of_its_binomial(called: Any, at_once: str) -> None:
    interval = of(called(Share(at_once)), [rows(400)])
    spread = 1.96 * np.sqrt(0.8 * 0.2 / 400)
    assert interval.low == pytest.approx(0.8 - spread, abs=0.008)
    assert interval.high == pytest.approx(0.8 + spread, abs=0.008)
    assert (interval.confidence, interval.note) == (0.95, None)
    assert interval.resamples == (1000 if at_once == "yes" else 200)


def test_scoring_resamples_at_once_or_one_by_one_gives_the_same_interval(called: Any) -> None:
    held = [rows(50, fold=0), rows(70, 0.6, fold=1, first=50)]
    found = [of(called(Share(way)), held, resamples=150) for way in ("yes", "no", "later")]
    assert found[0].low == pytest.approx(found[1].low, abs=1e-12)
    assert found[0].high == pytest.approx(found[1].high, abs=1e-12)
    assert found[1] == found[2]


def test_a_surer_interval_is_wider(called: Any) -> None:
    narrow, wide = (of(called(Share()), [rows()], confidence=share) for share in (0.5, 0.99))
    assert wide.low < narrow.low < 0.8 < narrow.high < wide.high


def test_folds_are_drawn_each_for_itself_and_averaged(called: Any) -> None:
    """A fold all right and one all wrong: the mean is always a half, whichever rows are drawn."""
    interval = of(called(Share()), [rows(20, 1.0, 0), rows(80, 0.0, 1, first=20)])
    assert (interval.low, interval.high) == (0.5, 0.5)


def test_more_folds_make_a_surer_mean(called: Any) -> None:
    one = of(called(Share()), [rows(100)])
    four = of(called(Share()), [rows(100, fold=fold, first=100 * fold) for fold in range(4)])
    assert four.high - four.low == pytest.approx((one.high - one.low) / 2, rel=0.2)


def test_repeating_the_same_rows_makes_nothing_surer(called: Any) -> None:
    one = of(called(Share()), [rows(100)])
    four = of(called(Share()), [rows(100, fold=fold) for fold in range(4)])
    assert four.high - four.low == pytest.approx(one.high - one.low, rel=0.2)


def test_equal_seeds_give_equal_intervals_and_others_others(called: Any) -> None:
    held = [rows(37), rows(41, 0.7, fold=1, first=37)]
    first, again, other = (of(called(Share()), held, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_many_resamples_are_drawn_some_at_a_time_and_none_is_lost(called: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "_CELLS", 700)
    counts = list(module._counts(np.random.SeedSequence(0), 50, 100))
    assert [chunk.shape for chunk in counts] == [(14, 50)] * 7 + [(2, 50)]
    assert (np.concatenate(counts).sum(axis=1) == 50).all()
    assert of(called(Share()), [rows(50)]).resamples == 1000


def test_validation_rows_have_the_scores_names_and_test_rows_theirs_beside_them(called: Any) -> None:
    held = [rows(50, 0.9, part="validation"), rows(50, 0.5, first=50)]
    found = intervals([called(Share())], held, seed=0)
    assert list(found) == ["accuracy", "test/accuracy"]
    assert found["test/accuracy"].high < found["accuracy"].low


def test_a_description_has_no_interval(called: Any) -> None:
    assert intervals([called(Share(direction=None))], [rows()], seed=0) == {}


def test_no_rows_and_no_resamples_are_no_interval(called: Any) -> None:
    assert intervals([called(Share())], [], seed=0) == {}
    assert intervals([called(Share())], [rows()], seed=0, resamples=0) == {}


def test_rows_that_all_score_the_same_cannot_tell_how_sure_the_score_is(called: Any) -> None:
    interval = of(called(Share()), [rows(right=1.0)])
    assert (interval.low, interval.high) == (1.0, 1.0)
    assert "cannot tell how sure it is" in interval.note


@pytest.mark.fault("F25")
@pytest.mark.parametrize("at_once", ["sometimes", "picky"])
def test_resamples_without_a_score_are_never_averaged(called: Any, at_once: str) -> None:
    interval = of(called(Share(at_once)), [rows(2)])
    assert (interval.low, interval.high) == (None, None)
    assert "resamples have no score" in interval.note


@pytest.mark.fault("F25")
def test_a_few_resamples_without_a_score_are_left_out_and_not_counted(called: Any) -> None:
    interval = of(called(Share("picky")), [rows(8)])
    assert interval.low is not None
    assert 190 <= interval.resamples < 200


def test_too_many_rows_to_be_shown_again_and_again_have_no_interval(called: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "_ROWS_SHOWN", 1000)
    interval = of(called(Share("no")), [rows(200)])
    assert (interval.low, interval.note) == (None, "200 rows are too many to score resample by resample")


def test_many_rows_are_drawn_less_often_but_a_hundred_times_at_least(called: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "_ROWS_DRAWN", 30_000)
    assert of(called(Share()), [rows(200)]).resamples == 150
    assert of(called(Share()), [rows(20_000)]).resamples == 100
    assert of(called(Share()), [rows(20_000)], resamples=20).resamples == 20


def test_a_metric_that_gives_another_number_of_scores_breaks_its_contract(called: Any) -> None:
    with pytest.raises(PluginError, match=r"resampled\(\) gave shape \(1000, 2\) for 1000 resamples"):
        of(called(Share("wrong")), [rows()])
