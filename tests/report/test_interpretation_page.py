from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from runner.report.interpretation_page import show_interpretation


def shown(told: dict[str, Any]) -> str:
    out = io.StringIO()
    show_interpretation(told, Console(file=out, highlight=False))
    return out.getvalue()


def test_the_first_lines_of_each_part_are_shown() -> None:
    features = [{"name": f"[b]{n}", "mean": 0.5 - n / 10, "low": 0.1, "high": 0.6} for n in range(7)]
    terms = [{"name": "a", "value": 0.1}, {"name": "free", "value": -2}]
    scores = {
        "accuracy": {"value": 0.75, "low": 0.5, "high": 1.0},
        "scorer": {"value": 0.5, "low": None, "high": None},
    }
    text = shown(
        {
            "importance": {"metric": "accuracy", "rows": 9, "features": features, "note": "Of one model."},
            "coefficients": {"groups": [{"class": "spam", "terms": terms}]},
            "subgroups": [{"column": "sex", "groups": [
                {"value": "f", "rows": 9, "scores": scores}, {"value": "(others)", "rows": 2, "scores": {}},
            ]}],
            "worst": [{"row_id": 17, "fold": 0, "truth": "spam", "label": "ham", "loss": 4.25}],
            "shap": {"features": [{"name": "free", "mean_abs": 0.125}], "rows": 9},
        }
    )  # fmt: skip
    assert "[b]0   " in text
    assert "[b]4" in text
    assert "[b]5" not in text
    assert "fall of accuracy" in text
    assert "Of one model." in text
    assert "towards spam: free -2, a +0.1" in text
    assert "0.75 (0.5 … 1)" in text
    assert "17  spam   ham" in text
    assert "0.125" in text


def test_nothing_is_shown_of_a_run_that_tells_nothing() -> None:
    assert shown({"importance": None, "worst": [], "left_out": {"importance": "why"}}) == ""
