"""What a run is asked to do, in plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """What a run is asked to do; plain values, so that it can be sent to another process.

    declared: the resolved declaration. root: where run folders go. folder: what relative paths mean.
    name: the experiment's, where the declaration gives none. choices, overrides: as Hydra tells them.
    """

    declared: Mapping[str, Any]
    root: str
    folder: str
    name: str | None = None
    command: Sequence[str] = ()
    overrides: Sequence[str] = ()
    choices: Mapping[str, Any] = field(default_factory=dict)
