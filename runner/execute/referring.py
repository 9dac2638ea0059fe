"""The reference of a run: what new rows are compared with, once its model is in use."""

from __future__ import annotations

from runner.drifting.reference import LEAST, Reference
from runner.execute import collecting
from runner.execute.components import Components
from runner.execute.fold import part_of
from runner.execute.trial import Trial


def reference_of(components: Components, trial: Trial) -> Reference | None:
    """Describe the rows as loaded, and what was predicted of held-out rows; None for too few rows."""
    rows = collecting.without_taken(components, trial.data.raw)
    if rows.n_rows < LEAST:
        return None
    said = [
        part_of(fold.prediction, slice(fold.n_validation % len(fold.prediction.labels), None))
        for fold in trial.judged
        if fold.prediction is not None
    ]
    return Reference.of(rows.features, said, rows=trial.data.fingerprints["raw"]["rows"])
