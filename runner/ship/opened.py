"""A loaded model as it is asked in bulk and by the server: checked rows to the outputs that are wanted.

The steps before the model are carried out once for all outputs: asking `predict` and then `predict_proba` of a
pipeline would do everything twice. A model that has `answer_columns(columns, outputs) -> {output: array}` is asked by
it: no frame is made on the way, which for a single row takes longer than the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.ship.edge_rows import typical_row
from runner.ship.rows import Rows, checked, framed
from runner.ship.signature import Signature

#: The outputs of a model.
LABELS, CHANCES = "predict", "predict_proba"
#: Output -> (n_rows, …).
Answer = Mapping[str, NDArray[Any]]


def outputs_of(signature: Signature) -> tuple[str, ...]:
    """Name what a model gives."""
    return (LABELS, CHANCES) if signature.probabilities else (LABELS,)


@dataclass(frozen=True)
class Opened:
    """A model with its name. version: the run's id; engine: the export that answers; model: what its exporter loaded.

    sha256: of the model's file.
    """

    name: str
    version: str
    engine: str
    signature: Signature
    model: Any
    sha256: str = ""

    @cached_property
    def _parts(self) -> tuple[Sequence[Any], Any]:
        """The steps whose outcome can be used for every output, and what answers after them."""
        steps = getattr(self.model, "steps", None)
        if not isinstance(steps, list):
            return (), self.model
        before = [step for _, step in steps[:-1] if step is not None and step != "passthrough"]
        return before, steps[-1][1]

    def answer(self, rows: Rows, wanted: Collection[str]) -> Answer:
        """Ask the model. Whatever it raises is the model's own."""
        by_columns = getattr(self.model, "answer_columns", None)
        if by_columns is not None:
            return {name: _wide(values) for name, values in by_columns(rows.columns, list(wanted)).items()}
        features = framed(self.signature, rows)
        before, last = self._parts
        if not before:
            return _asked(last, features, wanted)
        from sklearn import config_context  # loaded with the pipeline; an export may do without

        with config_context(skip_parameter_validation=True):  # of settings, which were checked when it was trained
            for step in before:
                features = step.transform(features)
            return _asked(last, features, wanted)

    def warm_up(self) -> None:
        """Answer a made-up row, so that the first client does not wait for what is imported on the way."""
        row = {name: [value] for name, value in typical_row(self.signature).items()}
        self.answer(checked(self.signature, row), outputs_of(self.signature))


def _asked(model: Any, features: Any, wanted: Collection[str]) -> Answer:
    answer: dict[str, NDArray[Any]] = {}
    if LABELS in wanted:
        answer[LABELS] = _wide(np.asarray(model.predict(features)))
    if CHANCES in wanted:
        answer[CHANCES] = _wide(np.asarray(model.predict_proba(features)))
    return answer


def _wide(values: NDArray[Any]) -> NDArray[Any]:
    """Return numbers as the metadata announce them, whatever engine made them."""
    return values.astype(np.float64, copy=False) if values.dtype.kind == "f" else values
