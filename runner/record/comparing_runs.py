"""A run against its replay: what they started from, the bits of each stage, the numbers; which stage differs first.

Bits are the same only with the same packages, threads, kernels and CPU. So a stage whose bits differ is excused
where threads, kernel or CPU differ as well and every score agrees within the tolerance; nothing else is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any, Literal

from runner.record import layout
from runner.record.comparing_inputs import Fact, compare_inputs, record_of
from runner.record.read import Run

Verdict = Literal["same", "within tolerance", "different"]

#: Inputs that may move the last bits and nothing more.
_EXCUSES = ("threads", "kernel", "cpu", "platform", "variables")
#: What is compared of a training, in the order in which it comes about, and how it is called.
_STAGES = {
    "transforms": "transforms",
    "model": "model",
    "prediction": "predictions",
}


@dataclass(frozen=True)
class Comparison:
    """inputs, bits, numbers: what was compared, in order. first: the first stage that differs, None where none does.

    why: what may explain it. tolerance: the numbers', relative to the larger of 1 and the recorded number.
    """

    inputs: Sequence[Fact]
    bits: Sequence[Fact]
    numbers: Sequence[Fact]
    tolerance: float

    @property
    def first(self) -> str | None:
        """Name the first stage that differs; a differing input is none by itself."""
        return next((fact.what for fact in (*self.bits, *self.numbers) if fact.same is False), None)

    @property
    def why(self) -> list[str]:
        """Name what may explain the first difference."""
        if self.first is None:
            return []
        found = [f"{fact.what}: {fact.then} then, {fact.now} now" for fact in self.inputs if fact.same is False]
        unknown = [fact.what for fact in self.inputs if fact.same is None]
        if unknown:
            found.append(f"not recorded, so not compared: {', '.join(unknown)}")
        return found or [
            "nothing recorded differs: a component draws without its seed, or reads what is no data of the run"
        ]

    @property
    def verdict(self) -> Verdict:
        """Say whether the replay gave the same, bit by bit or as the numbers go."""
        if any(fact.same is False for fact in self.numbers) or self._differs(self.inputs, ("config", "data")):
            return "different"
        differing = [fact.what for fact in self.bits if fact.same is False]
        if not differing:
            return "same"
        excused = self._differs(self.inputs, _EXCUSES) and not {"raw", "clean", "split"} & set(differing)
        return "within tolerance" if excused else "different"

    @staticmethod
    def _differs(facts: Sequence[Fact], names: Sequence[str]) -> bool:
        return any(fact.same is False and fact.what.split(" ")[0] in names for fact in facts)


def compare_runs(then: Run, now: Run, *, tolerance: float = 1e-9) -> Comparison:
    """Compare a run with its replay. Raises IntegrityError for records that cannot be read."""
    bits = [*_data_bits(then, now), _curves(then, now), *_training_bits(then, now)]
    return Comparison(compare_inputs(then, now), bits, list(_numbers(then, now, tolerance)), tolerance)


# --- bits --------------------------------------------------------------------------------------------------


def _data_bits(then: Run, now: Run) -> Iterator[Fact]:
    for stage in ("raw", "clean", "split"):
        yield Fact.of(stage, _data_digest(then, stage), _data_digest(now, stage))


def _data_digest(run: Run, stage: str) -> str | None:
    told = run.fingerprints.get(stage)
    if told is None or isinstance(told, str):
        return told and told[:12]
    target = told["target"] and told["target"]["sha256"][:12]
    return f"{told['sha256'][:12]} {target or ''}".strip()


def _curves(then: Run, now: Run) -> Fact:
    """Compare the loss of every epoch; both lack it where the model tells none."""
    found = [run.files[layout.CURVES]["sha256"][:12] if layout.CURVES in run.files else "none" for run in (then, now)]
    return Fact.of("curves of the training", *found)


def _training_bits(then: Run, now: Run) -> Iterator[Fact]:
    """Compare each training stage by stage, and in the end what was shipped."""
    first, second = record_of(then, layout.BITS), record_of(now, layout.BITS)
    trainings = _trainings(first), _trainings(second)
    for name in dict.fromkeys((*trainings[0], *trainings[1])):
        before, after = (told.get(name, {}) for told in trainings)
        for stage, called in _STAGES.items():
            if stage in before or stage in after:
                yield Fact.of(f"{called}, {name}", *(_short(told.get(stage)) for told in (before, after)))
    yield Fact.of("shipped model", *(_short(told and told.get("shipped")) for told in (first, second)))


def _trainings(bits: Mapping[str, Any] | None) -> dict[str, Mapping[str, str]]:
    if bits is None:
        return {}
    named = {f"fold {place}": told for place, told in enumerate(bits["folds"], start=1)}
    last = {"last judgement": bits.get("final"), "training on all rows": bits["refit"]}
    return named | {name: told for name, told in last.items() if told is not None}


def _short(digest: str | None) -> str | None:
    return digest and digest[:12]


# --- numbers -----------------------------------------------------------------------------------------------


def _numbers(then: Run, now: Run, tolerance: float) -> Iterator[Fact]:
    """Compare the scores of every fold and in total; a description (a confusion matrix) by its largest difference."""
    first, second = _scores(then), _scores(now)
    for name in dict.fromkeys((*first, *second)):
        before, after = first.get(name), second.get(name)
        yield Fact(name, _score(before), _score(after), _agree(before, after, tolerance))


def _scores(run: Run) -> dict[str, Any]:
    scores = run.scores
    folds = {
        f"{name}, fold {place}": score
        for place, fold in enumerate(scores.folds, start=1)
        for name, score in fold.items()
    }
    totals = {f"{name}, total": asdict(total)["mean"] for name, total in scores.total.items()}
    compressed = {
        f"{name}, after {step}": total.mean
        for step, told in scores.compressed.items()
        for name, total in told.items()
    }
    return {"state": run.state, **folds, **totals, **compressed}


def _agree(then: Any, now: Any, tolerance: float) -> bool:
    if isinstance(then, list) and isinstance(now, list):
        return all(_agree(one, other, tolerance) for one, other in zip_longest(then, now))
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (then, now))
    return math.isclose(then, now, rel_tol=tolerance, abs_tol=tolerance) if numbers else bool(then == now)


def _score(value: Any) -> str:
    return "a table" if isinstance(value, list) else "–" if value is None else f"{value!r}".strip("'")
