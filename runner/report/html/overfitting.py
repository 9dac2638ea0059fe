"""Is it overfitting? Answered in plain words from the losses on training rows and on rows put aside.

>>> curves = {"fold 1": {"loss": [1.0, 0.5, 0.1], "validation_loss": [0.9, 0.6, 0.8]}}
>>> verdict(curves).answer, verdict(curves).text.partition(":")[0]
('yes', 'Yes, in its last epochs')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from runner.report.html.tables import number

#: So much above its lowest, a loss on rows put aside has risen; less is noise.
_RISEN = 0.05
#: So many times the loss on training rows, the one on rows put aside tells of a gap.
_GAP = 1.5

Answer = Literal["yes", "a gap", "no", "unknown"]
Curves = Mapping[str, Mapping[str, Sequence[float]]]


@dataclass(frozen=True)
class Verdict:
    """The answer, in a word and in sentences with its numbers."""

    answer: Answer
    text: str


@dataclass(frozen=True)
class _Ending:
    """Where the two losses of a training ended. epochs: trained; best: epoch of the lowest loss put aside."""

    name: str
    epochs: int
    trained: float
    aside: float
    best: int
    lowest: float

    @property
    def risen(self) -> bool:
        return self.best < self.epochs and self.aside - self.lowest > _RISEN * abs(self.lowest)

    @property
    def apart(self) -> bool:
        return self.trained > 0 and self.aside > _GAP * self.trained


def verdict(curves: Curves) -> Verdict:
    """Judge the trainings of a run by what each recorded per epoch; the worst one speaks for all."""
    endings = [ending for name, curve in curves.items() if (ending := _ending(name, curve)) is not None]
    if not endings:
        return Verdict("unknown", _UNKNOWN)
    risen = [ending for ending in endings if ending.risen]
    if risen:
        return Verdict(
            "yes", _told_rise(max(risen, key=lambda one: one.aside - one.lowest), len(risen), len(endings))
        )
    apart = [ending for ending in endings if ending.apart]
    if apart:
        return Verdict(
            "a gap", _told_gap(max(apart, key=lambda one: one.aside / one.trained), len(apart), len(endings))
        )
    return Verdict("no", _told_no(endings))


_UNKNOWN = (
    "It cannot be told: no rows were put aside to be looked at after each epoch. 'model.validation_share=0.1' "
    "records the loss on a tenth of the training rows, and then this page answers."
)


def _ending(name: str, curve: Mapping[str, Sequence[float]]) -> _Ending | None:
    trained, aside = curve.get("loss", ()), curve.get("validation_loss", ())
    epochs = min(len(trained), len(aside))
    if not epochs or not (isfinite(trained[epochs - 1]) and isfinite(aside[epochs - 1])):
        return None
    best = min(range(epochs), key=lambda place: aside[place])
    return _Ending(name, epochs, trained[epochs - 1], aside[epochs - 1], best + 1, aside[best])


def _told_rise(worst: _Ending, n_risen: int, n_all: int) -> str:
    return (
        f"Yes, in its last epochs: in {_of(worst, n_risen, n_all)} the loss on rows put aside was lowest after epoch "
        f"{worst.best}, {number(worst.lowest)}, and rose to {number(worst.aside)} by epoch {worst.epochs}, while the "
        f"loss on training rows went to {number(worst.trained)}. What it learned after epoch {worst.best} does not "
        f"hold for other rows. Fewer epochs, 'model.patience=3', more data or a larger penalty are remedies."
    )


def _told_gap(worst: _Ending, n_apart: int, n_all: int) -> str:
    return (
        f"There is a gap, and it does not harm yet: in {_of(worst, n_apart, n_all)} the loss on rows put aside ended "
        f"at {number(worst.aside)}, {worst.aside / worst.trained:.1f} times the {number(worst.trained)} on training "
        f"rows, and was not rising. More data or a larger penalty may narrow it."
    )


def _told_no(endings: Sequence[_Ending]) -> str:
    one = max(endings, key=lambda ending: ending.aside - ending.trained)
    return (
        f"There is no sign of it: the loss on rows put aside ended at {number(one.aside)}, on training rows at "
        f"{number(one.trained)}, and it was not rising."
    )


def _of(worst: _Ending, n_some: int, n_all: int) -> str:
    if n_all == 1:
        return "its training"
    return f"{n_some} of {n_all} trainings, most of all '{worst.name}',"
