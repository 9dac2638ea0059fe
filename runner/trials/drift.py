"""Earlier results beside those of now: they do not mix where code, data or defaults have changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runner.errors import ConfigError
from runner.record.sweeps import TrialSummary

#: Says in words what has changed: (place among what is asked for, the earlier result) -> words.
Explain = Callable[[int, TrialSummary], Sequence[str]]


@dataclass
class Drift:
    """What to do with trials whose settings are known and whose code or data have changed since.

    way: "refuse", "accept" (their old results stand) or "rerun". told: what was accepted, for the person.
    """

    way: str = "refuse"
    told: list[str] = field(default_factory=list)

    def checked(
        self,
        keys: Sequence[str],
        settings: Sequence[Mapping[str, Any]],
        known: Mapping[str, TrialSummary],
        explain: Explain,
    ) -> list[str]:
        """Return the keys to go by: with "accept" those of old. Raises ConfigError where results would mix."""
        old = {_sign(trial.settings): trial for trial in known.values() if trial.state == "done"}
        changed = {
            place: old[_sign(own)]
            for place, (key, own) in enumerate(zip(keys, settings, strict=True))
            if key not in known and _sign(own) in old
        }
        if not changed or self.way == "rerun":
            return list(keys)
        if self.way == "refuse":
            place, first = min(changed.items(), key=lambda item: item[1].number)
            words = "; ".join(explain(place, first)) or "a version underneath"
            raise ConfigError(
                f"{len(changed)} finished trials of this sweep were made with other code, data or defaults than they "
                f"would be now. Of trial {first.number} changed: {words}. Go on with '--accept-drift' to keep their "
                "results beside new ones, or '--rerun-drifted' to make them again."
            )
        self.told.append(f"{len(changed)} trials keep results that were made with other code, data or defaults")
        return [changed[place].key if place in changed else key for place, key in enumerate(keys)]


def _sign(settings: Mapping[str, Any]) -> str:
    return repr(sorted((key, repr(value)) for key, value in settings.items()))
