from __future__ import annotations

from typing import Any, Literal

import pytest

from runner.checking import SettingError, check_settings
from runner.options import Count, Positive
from runner.signature import REQUIRED, Option

OPTIONS = (
    Option("rate", Positive, 0.1),
    Option("epochs", Count, 3),
    Option("mode", Literal["a", "b"], "a"),
    Option("size", tuple[int, int], (1, 1)),
    Option("label", str, "x"),
    Option("columns", list[str] | None, None),
    Option("anything", Any, (1, 1)),
)


def checked(**settings: Any) -> dict[str, Any]:
    return check_settings("model 'm'", OPTIONS, settings)


def refused(**settings: Any) -> str:
    with pytest.raises(SettingError) as caught:
        checked(**settings)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_settings_become_what_the_constructor_wants() -> None:
    assert checked(rate=1, size=[2, 3], columns=["a"], anything=[2, 3]) == {
        "rate": 1.0,
        "size": (2, 3),
        "columns": ["a"],
        "anything": (2, 3),
    }


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"rat": 1}, "model 'm' has no option 'rat'. Did you mean 'rate'?"),
        ({"rate": 0}, "takes greater than 0 for 'rate', got int 0"),
        ({"rate": "fast"}, "takes a number for 'rate', got str 'fast'"),
        ({"epochs": 2.5}, "takes a whole number for 'epochs', got float 2.5"),
        ({"epochs": True}, "takes a whole number for 'epochs', got bool True"),
        ({"mode": "c"}, "takes 'a' or 'b' for 'mode', got str 'c'"),
        ({"size": [1, 2, 3]}, "'size'"),
        ({"columns": ["a", 3]}, "text for 'columns"),
    ],
)
def test_a_wrong_setting_is_told(settings: dict[str, Any], told: str) -> None:
    assert told in refused(**settings)


@pytest.mark.fault("F43")
@pytest.mark.parametrize(
    ("value", "told"), [(False, "unquoted no, off or false as False: quote it"), (10, "012 is 10")]
)
def test_a_text_that_yaml_read_as_something_else_is_told_how_to_quote_it(value: Any, told: str) -> None:
    assert told in refused(label=value)


@pytest.mark.fault("F49")
def test_a_long_value_is_cut_in_the_message() -> None:
    message = refused(rate="x" * 10_000)
    assert "(10,002 characters)" in message
    assert len(message) < 500


@pytest.mark.parametrize("settings", [{}, {"path": "???"}])
def test_what_must_be_given_is_missed(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=r"needs option 'path', which has no default$"):
        check_settings("source 'csv'", (Option("path", str, REQUIRED),), settings)


def test_an_open_component_takes_any_setting() -> None:
    assert check_settings("model 'm'", (), {"any": 1}, is_open=True) == {"any": 1}


def test_a_default_passes_whatever_its_type_says() -> None:
    assert check_settings("m", (Option("penalty", int, "deprecated"),), {"penalty": "deprecated"}) == {
        "penalty": "deprecated"
    }


def test_the_place_in_the_declaration_is_added() -> None:
    error = SettingError("model 'm'", "rate", "takes more").at("model")
    assert str(error) == "model.rate: model 'm' takes more"
    assert error.key == "model.rate"
