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
    judged: the declaration was resolved already by whoever asks. code, packages: the state of the folder's
    code and what is installed, for the record. sweep: of a sweep's winner, {"id", "folder", "trial"}, for the
    trackers.
    """

    declared: Mapping[str, Any]
    root: str
    folder: str
    name: str | None = None
    command: Sequence[str] = ()
    overrides: Sequence[str] = ()
    choices: Mapping[str, Any] = field(default_factory=dict)
    judged: bool = False
    code: Mapping[str, Any] | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    sweep: Mapping[str, Any] | None = None
