from __future__ import annotations

import pytest

from runner.plan.explaining import Ran, differences, ending, nearest

BEFORE = Ran(
    declared={"transforms.tfidf.min_df": 2, "model.use": "softmax"},
    components={
        "source": "csv of runner-ml 0.3 aaaaaaaaaaaa",
        "transforms.tfidf": "tfidf of runner-ml 0.3 bbbbbbbbbbbb",
        "model": "mlp of runner-torch 1.0 cccccccccccc",
    },
    data="3fa2c1d09b7e",
)


def changed(**fields) -> Ran:
    given = {"declared": BEFORE.declared, "components": BEFORE.components, "data": BEFORE.data}
    return Ran(**{**given, **fields})


def test_equal_trials_have_no_differences() -> None:
    assert differences(BEFORE, changed()) == []


def test_a_setting_tells_both_values() -> None:
    now = changed(declared={**BEFORE.declared, "transforms.tfidf.min_df": 3})
    assert differences(BEFORE, now) == ["transforms.tfidf.min_df 2 -> 3"]


def test_a_setting_that_came_or_went_is_told_so() -> None:
    now = changed(declared={"transforms.tfidf.min_df": 2, "model.l2": None})
    assert differences(BEFORE, now) == ["model.l2 added (null)", "model.use removed (was softmax)"]


def test_one_is_not_true() -> None:
    assert differences(changed(declared={"a": 1}), changed(declared={"a": True})) == ["a 1 -> true"]


def test_a_new_version_of_a_plugin_is_told_once_and_not_as_changed_sources() -> None:
    now = changed(
        components={
            **BEFORE.components,
            "source": "csv of runner-ml 0.4 dddddddddddd",
            "transforms.tfidf": "tfidf of runner-ml 0.4 eeeeeeeeeeee",
        }
    )
    assert differences(BEFORE, now) == ["plugin runner-ml 0.3 -> 0.4"]


def test_code_that_changed_under_one_version_is_told_by_component() -> None:
    now = changed(components={**BEFORE.components, "transforms.tfidf": "tfidf of runner-ml 0.3 eeeeeeeeeeee"})
    assert differences(BEFORE, now) == ["source of tfidf changed"]


def test_another_component_in_the_same_place_is_a_setting_and_no_change_of_code() -> None:
    now = changed(
        declared={**BEFORE.declared, "model.use": "ridge"},
        components={**BEFORE.components, "model": "ridge of runner-ml 0.3 ffffffffffff"},
    )
    assert differences(BEFORE, now) == ["model.use softmax -> ridge"]


def test_changed_data_are_told_with_their_source() -> None:
    assert differences(BEFORE, changed(data="9c1f00ba4dad")) == ["data changed (csv 3fa2c1d… -> 9c1f00b…)"]


def test_data_that_were_never_loaded_did_not_change() -> None:
    assert differences(BEFORE, changed(data=None)) == []


@pytest.mark.parametrize(
    ("state", "message", "told"),
    [
        ("killed", "ended by signal 11 (SIGSEGV)\nmore", "was killed (signal 11)"),
        ("failed", "no column 'label'\nOffered: …", "failed (no column 'label')"),
        ("oom", "peak 2 GB", "ran out of memory"),
        ("interrupted", None, "was interrupted"),
    ],
)
def test_the_end_of_the_attempt_before_is_told(state: str, message: str | None, told: str) -> None:
    assert ending(state, message) == f"the attempt before {told}"


def test_the_nearest_trial_differs_in_the_fewest_settings_and_a_missing_one_counts() -> None:
    assert nearest({"a": 1, "b": 2}, {1: {"a": 2, "b": 3}, 2: {"a": 1}, 3: {"a": 1, "b": 9}}) == 2
    assert nearest({"a": 1}, {}) is None
