from __future__ import annotations

import io
import math

import pytest
from rich.console import Console

from runner.errors import ConfigError
from runner.record.interval import Interval
from runner.report.comparison import Field, Point, compare, comparison_data, show_comparison, write_comparison


def field(*pairs, name="digits/sweep-1", metric="f1", direction="maximize", common=None) -> Field:
    points = [Point({"model.l2": value, "seed": place}, score) for place, (value, score) in enumerate(pairs)]
    return Field(name, metric, direction, points, common or {"model.use": "softmax"})


def shown(comparison) -> list[list[str]]:
    out = io.StringIO()
    show_comparison(comparison, Console(file=out))
    return [line.split() for line in out.getvalue().splitlines()]


def test_a_value_has_the_best_the_mean_the_spread_and_the_count_of_its_scores() -> None:
    found = compare([field((1, 0.5), (1, 0.7), (0.1, 0.2))], "model.l2")
    assert shown(found) == [
        ["model.l2", "best", "f1", "mean", "±", "std", "trials"],
        ["0.1", "0.2", "0.2", "1"],
        ["1", "0.7", "0.6", "±", "0.1", "2"],
    ]


def test_the_best_is_the_least_where_less_is_better() -> None:
    (row,) = comparison_data(compare([field((1, 0.5), (1, 0.7), direction="minimize")], "model.l2"))
    assert row["best"] == 0.5


def test_trials_without_a_finite_score_are_counted_and_not_averaged() -> None:
    (row,) = comparison_data(compare([field((1, 0.5), (1, None), (1, math.nan), (1, math.inf))], "model.l2"))
    assert (row["mean"], row["std"], row["count"], row["without"]) == (0.5, None, 1, 3)
    (row,) = comparison_data(compare([field((1, None))], "model.l2"))
    assert (row["best"], row["count"]) == (None, 0)


def test_values_are_in_their_order_and_texts_after_numbers() -> None:
    found = compare([field(*((value, 0.1) for value in (10, "auto", 2, 1e-5, True, None, [1, 2])))], "model.l2")
    assert list(found.values)[:3] == [1e-5, 2, 10]
    assert set(map(repr, list(found.values)[3:])) == {"'auto'", "True", "None", "[1, 2]"}


def test_several_fields_stand_side_by_side_with_gaps() -> None:
    found = compare([field((1, 0.5)), field((2, 0.7), name="digits/sweep-2", metric="rmse")], "model.l2")
    rows = shown(found)
    assert rows[0] == ["1:", "digits/sweep-1", "·", "f1", "(maximize)"]
    assert rows[1] == ["2:", "digits/sweep-2", "·", "rmse", "(maximize)"]
    assert rows[3:] == [["1", "0.5", "0.5", "1"], ["2", "0.7", "0.7", "1"]]


def test_a_setting_that_a_sweep_did_not_sweep_counts_with_the_value_all_its_trials_share() -> None:
    found = compare([field((1, 0.5), (2, 0.7)), field((1, 0.9), common={"model.use": "mlp"})], "model.use")
    assert [(row["value"], row["count"]) for row in comparison_data(found)] == [("softmax", 2), ("mlp", 1)]


def test_a_key_that_nothing_has_is_an_error_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"nothing to compare by 'model\.l3'.*Did you mean 'model\.l2'"):
        compare([field((1, 0.5))], "model.l3")


@pytest.mark.fault("F68")
def test_the_csv_is_safe_to_open_in_a_spreadsheet() -> None:
    out = io.StringIO()
    write_comparison(compare([field(("=cmd|' /C calc'!A0", 0.5))], "model.l2"), out)
    assert out.getvalue().splitlines() == [
        "in,metric,model.l2,best,mean,std,count,without_score,low,high",
        "digits/sweep-1,f1,'=cmd|' /C calc'!A0,0.5,0.5,,1,0,,",
    ]


def test_the_interval_of_the_best_score_stands_beside_it() -> None:
    sure = [Interval(low=score - 0.1, high=score + 0.1, confidence=0.9, resamples=1000) for score in (0.5, 0.7)]
    points = [Point({"model.l2": 1}, score, interval=one) for score, one in zip((0.5, 0.7), sure, strict=True)]
    found = compare([Field("runs", "f1", "maximize", [*points, Point({"model.l2": 2}, 0.3)], {})], "model.l2")
    assert shown(found)[0] == ["model.l2", "best", "f1", "90", "%", "interval", "mean", "±", "std", "trials"]
    assert shown(found)[1][1:5] == ["0.7", "0.6", "…", "0.8"]
    assert shown(found)[2][1:3] == ["0.3", "–"]
    assert comparison_data(found)[0]["interval"]["high"] == pytest.approx(0.8)
    out = io.StringIO()
    write_comparison(found, out)
    assert out.getvalue().splitlines()[1].split(",")[-2:] == [repr(sure[1].low), repr(sure[1].high)]


def judged(value, score, verdict) -> Point:
    return Point({"model.l2": value}, score, verdict)


def test_a_value_is_as_good_as_its_best_trial() -> None:
    points = [
        judged(1, 0.9, "best"),
        judged(1, 0.2, "worse"),
        judged(2, 0.89, "alike"),
        judged(2, 0.1, "worse"),
        judged(3, 0.3, "worse"),
        judged(4, 0.8, "unknown"),
    ]
    found = compare([Field("digits/sweep-1", "f1", "maximize", points, {}, ("≈ one of four.",))], "model.l2")
    assert [row["verdict"] for row in comparison_data(found)] == ["best", "alike", "worse", "unknown"]
    _, *rows, remark = shown(found)
    assert [row[1:3] for row in rows] == [["0.9", "0.55"], ["≈", "0.89"], ["worse", "0.3"], ["?", "0.8"]]
    assert remark == ["≈", "one", "of", "four."]


def test_what_is_known_of_several_sweeps_is_told_apart() -> None:
    fields = [Field(name, "f1", "maximize", [judged(1, 0.9, None)], {}, ("one fold",)) for name in ("a", "b")]
    assert shown(compare(fields, "model.l2"))[-2:] == [["1:", "one", "fold"], ["2:", "one", "fold"]]
