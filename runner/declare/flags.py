"""The flags that are ours, beside Hydra's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flags:
    """What a command asks for. drift: what to do with results of other code or data; see `Wanted`."""

    allow_outside: bool = False
    yes: bool = False
    plan_only: bool = False
    drift: str = "refuse"
    keep_going: bool = False
    disabled: tuple[str, ...] = ()
    continues: str | None = None
