from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from runner.contracts import Event
from runner.execute import epochs as module
from runner.execute.epochs import Epochs
from runner.execute.observing import Listeners, Stages
from runner_builtin.models.linear_models import SoftmaxClassifier


class Ears:
    def __init__(self) -> None:
        self.heard: list[Event] = []

    def hear(self, event: Event) -> None:
        self.heard.append(event)

    @property
    def told(self) -> list[tuple[int, list[float]]]:
        return [(event.details["first"], event.details["curves"]["loss"]) for event in self.heard if event.details]


class Trains:
    """Tells of its epochs as they are given."""

    def __init__(self, *told: tuple[int, float]) -> None:
        self.given = told
        self.hear: Callable[[int, Mapping[str, float]], None] | None = None

    def tell_epochs(self, hear: Callable[[int, Mapping[str, float]], None] | None) -> None:
        self.hear = hear

    def fit(self) -> None:
        for epoch, loss in self.given:
            if self.hear is not None:
                self.hear(epoch, {"loss": loss})


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def told(ears: Ears) -> Epochs:
    return Epochs(Stages(Listeners([("ears", ears)]), fold=2), of=4)


def test_epochs_that_come_fast_are_told_together(told: Epochs, ears: Ears) -> None:
    model = Trains((0, 0.9), (1, 0.8), (2, 0.7))
    with told.told_by(model):
        model.fit()
    told.told_after({"loss": [0.9, 0.8, 0.7]})
    assert ears.told == [(0, [0.9, 0.8, 0.7])]
    assert (ears.heard[0].name, ears.heard[0].fold, ears.heard[0].details["of"]) == ("epochs_finished", 2, 4)  # type: ignore[index]
    assert model.hear is None, "it tells no more once it is trained"


def test_epochs_that_come_slowly_are_told_while_the_training_goes_on(
    told: Epochs, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_EVERY", 0.0)
    model = Trains((0, 0.9), (1, 0.8))
    with told.told_by(model):
        model.fit()
    assert ears.told == [(0, [0.9]), (1, [0.8])]


def test_what_a_model_does_not_tell_is_told_from_its_curves(told: Epochs, ears: Ears) -> None:
    told.told_after({"loss": [0.9, 0.8], "learning_rate": [0.1, 0.1]})
    assert ears.told == [(0, [0.9, 0.8])]


def test_epochs_of_before_a_training_was_gone_on_with_are_told_once(told: Epochs, ears: Ears) -> None:
    model = Trains((2, 0.7))
    with told.told_by(model):
        model.fit()
    told.told_after({"loss": [0.9, 0.8, 0.7, 0.6]})
    assert ears.told == [(2, [0.7]), (0, [0.9, 0.8]), (3, [0.6])]


def test_nothing_is_asked_of_a_model_to_which_nobody_listens() -> None:
    model = Trains((0, 0.9))
    with Epochs(Stages()).told_by(model):
        assert model.hear is None


def test_a_gradient_model_tells_what_its_curves_say_and_keeps_nothing_of_it(told: Epochs, ears: Ears) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), np.repeat([0, 1, 2], 20)
    model = SoftmaxClassifier(epochs=4, validation_share=0.2, random_state=0)
    with told.told_by(model):
        model.fit(X, y)
    curves: dict[str, list[Any]] = {}
    for event in ears.heard:
        for name, values in event.details["curves"].items():  # type: ignore[index]
            curves.setdefault(name, []).extend(values)
    assert curves["loss"] == model.loss_curve_
    assert curves["validation_loss"] == model.validation_curve_
    assert curves["learning_rate"] == model.learning_rate_curve_
    assert list(_private(model)) == []


def _private(model: object) -> Iterator[str]:
    return (name for name in vars(model) if name.startswith("_tell"))
