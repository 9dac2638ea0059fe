from __future__ import annotations

from typing import Any

import pytest

from runner.errors import ConfigError
from runner.plan.experiment import resolve
from runner.plan.interpret import Interpret
from runner.testing import make_catalogue

MINIMAL = {
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": "kfold",
    "model": "LogisticRegression",
    "metrics": ["accuracy"],
    "executor": "inline",
}


def test_the_section_is_checked_and_kept_with_the_declaration() -> None:
    catalogue = make_catalogue()
    assert resolve(MINIMAL, catalogue).interpret == Interpret()
    section = {"importance": True, "partial_dependence": ["age"], "subgroups": ["sex", "job"], "raw": True}
    experiment = resolve({**MINIMAL, "interpret": section}, catalogue)
    assert experiment.interpret == Interpret(
        importance=True, partial_dependence=("age",), subgroups=("sex", "job"), raw=True
    )
    assert resolve(experiment.declared, catalogue).interpret == experiment.interpret


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"importence": True}, "no option 'importence'.*Did you mean 'importance'"),
        ({"importance": "yes"}, "importance"),
        ({"subgroups": "sex"}, "subgroups"),
        ({"worst": -1}, "worst"),
        ({"rows": 1}, "rows"),
        ({"repeats": 1}, "repeats"),
        ({"features": 0}, "features"),
        ({"partial_dependence": -1}, "partial_dependence"),
        ({"importance": False, "partial_dependence": 3}, "3 means that many of the most important.*Name the inputs"),
    ],
    ids=repr,
)
def test_a_section_that_tells_nothing_is_refused(section: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=f"(?s){told}"):
        Interpret.of(section)


def test_named_curves_need_no_importance() -> None:
    assert Interpret.of({"importance": False, "partial_dependence": ["age"]}).partial_dependence == ("age",)
    assert Interpret.of({"importance": False, "partial_dependence": 0}).partial_dependence == 0
