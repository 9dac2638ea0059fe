"""What a program answers: labels, probabilities, scores or values, made of what the model computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from runner_builtin.exporters.c_code.program import Program, Vector

#: How scores become what is answered. one_vs_rest: a logistic function for each class, made to sum to 1; shares: they
#: are probabilities already; margins: they stay scores, by which the label is chosen.
Link = Literal["softmax", "logistic", "one_vs_rest", "shares", "margins"]

#: The functions by which several scores become probabilities.
_SPREAD: Mapping[Link, tuple[str, ...]] = {
    "softmax": ("softmax",),
    "logistic": ("expit", "share"),
    "one_vs_rest": ("expit", "share"),
    "shares": (),
    "margins": (),
}


@dataclass(frozen=True)
class Answer:
    """What a program says of a row. classes: labels in order, None for values of a regression.

    probabilities: whether the values are any. width: how many values there are. flat: a regression of one target that
    is told as one number a row.
    """

    classes: tuple[Any, ...] | None
    probabilities: bool
    width: int
    flat: bool = True


def classified(program: Program, scores: Vector, classes: Sequence[Any], link: Link) -> Answer:
    """Write the end of a classifier."""
    labels = tuple(_plain(label) for label in classes)
    scores = program.settled(scores)
    score = f"w->memory[{scores.start}]"
    if scores.length == 1 and link in ("softmax", "logistic", "one_vs_rest"):
        program.need("expit")
        program.say(
            f"answer->label = {score} > 0;",
            f"expit({scores.code}, 1);",
            f"answer->values[0] = 1 - {score};",
            f"answer->values[1] = {score};",
        )
        return Answer(labels, True, 2)
    if scores.length == 1:
        program.say(f"answer->label = {score} > 0;", f"answer->values[0] = {score};")
        return Answer(labels, False, 1)
    program.need("largest")
    program.say(f"answer->label = largest({scores.code}, {scores.length});")
    _spread(program, scores, link)
    program.say(f"memcpy(answer->values, {scores.code}, sizeof(answer->values));")
    return Answer(labels, link != "margins", scores.length)


def _spread(program: Program, scores: Vector, link: Link) -> None:
    for function in _SPREAD[link]:
        program.need(function)
        program.say(f"{function}({scores.code}, {scores.length});")


def estimated(program: Program, values: Vector, *, flat: bool, exponential: bool = False) -> Answer:
    """Write the end of a regression. exponential: the model computed logarithms."""
    values = program.settled(values)
    if exponential:
        program.need("exponential")
        program.say(f"exponential({values.code}, {values.length});")
    program.say(f"memcpy(answer->values, {values.code}, sizeof(answer->values));")
    return Answer(None, False, values.length, flat)


def _plain(label: Any) -> Any:
    return label.item() if hasattr(label, "item") else label
