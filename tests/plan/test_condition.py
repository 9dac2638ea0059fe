from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import ConfigError
from runner.plan.condition import LONGEST, read_condition

CELL = {
    "model": "mlp",
    "model.l2": 0.1,
    "model.epochs": 5,
    "model.bias": True,
    "model.loss": "hinge",
    "transforms": ["tfidf", "scale"],
    "optimizer": None,
}


def value_of(name):
    if name not in CELL:
        raise ConfigError(f"no {name!r}")
    return CELL[name]


def holds(text):
    return read_condition(text, "sweep.drop").holds(value_of)


@pytest.mark.parametrize(
    "text",
    [
        "model.l2 > 0.01",
        "model.l2 == 1e-1",
        "model == 'mlp'",
        "model=mlp",
        "model = mlp and model.epochs = 5",
        "model='mlp'",
        "model.loss != 'a=b'",
        "1 <= model.epochs < 6",
        "not 1 <= model.epochs < 5",
        "model.epochs in [1, 5]",
        "model.epochs not in (1, 2)",
        "'tfidf' in transforms",
        "transforms=[tfidf, scale]",
        "optimizer=none",
        "optimizer == null",
        "model.bias",
        "model.bias=true",
        "not (model.bias and model.epochs > 9) or model.unknown > 3",
        "model.epochs * 2 - 1 == 9 and model.epochs / 2 == 2.5 and model.epochs % 3 == 2",
        "model.epochs ** 2 == 25 and -model.epochs < +1",
    ],
)
def test_what_holds_holds(text):
    assert holds(text) is True


@pytest.mark.parametrize(
    "text", ["model.l2 > 0.1", "model=softmax", "model.bias=false", "1 < model.epochs < 5", "model.epochs=5.5"]
)
def test_what_does_not_hold_does_not(text):
    assert holds(text) is False


def test_what_is_decided_already_is_not_asked_for():
    assert holds("model=softmax and model.unknown > 3") is False
    assert holds("model=mlp or model.unknown > 3") is True


def test_a_condition_tells_the_keys_it_reads():
    condition = read_condition("model=mlp and 0 < model.l2 < optimizer.learning_rate", "sweep.drop")
    assert condition.names == {"model", "model.l2", "optimizer.learning_rate"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("__import__('os').system('true')", "__import__"),
        ("model.l2.real()", "model.l2.real()"),
        ("transforms[0] == 'tfidf'", "transforms[0]"),
        ("'a'.upper == 1", "'a'.upper"),
        ("[x for x in transforms]", "[x for x in transforms]"),
        ("lambda: 1", "lambda: 1"),
        ("model.l2 if model else 1", "model.l2 if model else 1"),
        ("(x := 3) > 1", "(x := 3)"),
        ("f'{model}' == 'mlp'", "f'"),
        ("model.epochs // 2 == 2", "model.epochs // 2"),
        ("~model.epochs == 2", "~model.epochs"),
        ("model.epochs is not 3", "is not"),
        ("b'x' == model", "b'x'"),
        ("... == model", "..."),
        ("{1: 2} == model", "{1: 2}"),
    ],
)
def test_whatever_is_not_in_the_language_is_refused(text, found):
    with pytest.raises(ConfigError, match="is not allowed in a condition") as error:
        read_condition(text, "sweep.drop")
    assert str(error.value).startswith("sweep.drop: ")
    assert found in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model.l2 >", "cannot be read as a condition"),
        ("model.l2 > 0.1; model", "cannot be read as a condition"),
        ("model\x00", "cannot be read as a condition"),
        ("", "is no condition"),
        (3, "3 is no condition"),
        ("(" * 400 + "1" + ")" * 400, "cannot be read as a condition"),
        ("not " * (LONGEST // 4) + "model.bias", f"{LONGEST} are the most"),
    ],
)
def test_what_cannot_be_read_is_refused(text, told):
    with pytest.raises(ConfigError, match=told):
        read_condition(text, "sweep.when")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model > 3", "cannot be judged with model = 'mlp'"),
        ("model.l2", "0.1 is neither true nor false"),
        ("model.l2 / (model.epochs - 5) > 1", "division by zero"),
        ("9 ** 9 ** 9 > model.epochs", "range error|too large"),
        ("(0 - 8) ** 0.5 > model.epochs", "domain error|expected a"),
        ("model * 3 == 'mlpmlpmlp'", "'mlp' is not a number"),
        ("model.bias + 1 == 2", "True is not a number"),
        ("3 in model.epochs", "cannot be judged with model.epochs = 5"),
    ],
)
def test_what_cannot_be_judged_is_an_error_that_shows_the_values(text, told):
    with pytest.raises(ConfigError, match=told):
        holds(text)


def test_the_longest_chain_of_nots_can_still_be_judged():
    assert holds("not " * ((LONGEST - 10) // 4 // 2 * 2) + "model.bias") is True


@given(st.text(st.sampled_from("model.l2 epochs=<>!()[]'\"andornot0123456789+-*/%,:_"), max_size=60))
def test_any_text_is_a_condition_or_a_config_error(text):
    with suppress(ConfigError):
        assert holds(text) in (True, False)
