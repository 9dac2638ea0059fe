"""Run folders with everything a page tells, of whatever rows and names a test wants."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from runner.record import layout
from runner.record.predictions import HeldOut, predictions_table


@pytest.fixture
def make_judged(make_run: Callable[..., Path]) -> Callable[..., Path]:
    """Commit a run whose rows were judged. parts: its held-out rows; files: others, name -> plain data or text."""

    def make(parts: Sequence[HeldOut], *, files: Mapping[str, Any] | None = None, **told: Any) -> Path:
        texts = {name: it if isinstance(it, str) else json.dumps(it) for name, it in (files or {}).items()}
        if parts:
            texts[layout.PREDICTIONS] = predictions_table(parts)
        return make_run(files=texts, **told)

    return make
