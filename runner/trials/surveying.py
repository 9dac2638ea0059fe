"""The driver's end of a survey: what components say of themselves, asked once for each different step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from runner.contracts import KINDS
from runner.errors import ConfigError, DataError, PluginError, RunnerError
from runner.plan.experiment import Experiment, Step
from runner.plan.lineage import Traits
from runner.plan.streamed import streams
from runner.trials.crew import Crew
from runner.trials.interruption import Interruption
from runner.trials.task import Ended, Said, Task

#: How an error of a worker is raised again here.
_ERRORS: Mapping[str, type[RunnerError]] = {"config": ConfigError, "data": DataError, "input_changed": DataError}
#: Seconds between two looks whether a signal came.
_LOOK = 0.25
#: Groups that are not asked: they are built by the run that ships the winner, or by nobody.
_UNASKED = frozenset({"executor", "trackers", "deployers", "search"})


@dataclass
class Surveyor:
    """Asks a crew. place: as orders tell it. logs: where what components print goes. interruption: ends the wait.

    hear: takes what others of the crew's tasks tell meanwhile. directions: key of a metric's step -> its direction.
    """

    crew: Crew
    place: Mapping[str, Any]
    logs: Path
    interruption: Interruption = field(default_factory=Interruption)
    hear: Callable[[Said | Ended], None] | None = None
    traits: Traits = field(default_factory=Traits)
    directions: dict[str, str | None] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=count)

    def learn(self, experiments: Iterable[Experiment]) -> None:
        """Ask about every step not asked about before. Raises what is wrong with one, before any trial runs."""
        steps: dict[str, Step] = {}
        asked = list(experiments)
        for experiment in asked:
            for step in experiment:
                if step.key not in self._known and KINDS[step.kind].group not in _UNASKED:
                    steps[step.key] = step
        if not steps:
            return
        self._known |= steps.keys()
        told = self.order({"do": "survey", "steps": [_told(step) for step in steps.values()]})
        self._take(told)
        streamed = [experiment.declared for experiment in asked if streams(experiment)]
        if streamed:
            self.order({"do": "check_streams", "declared": streamed})

    def order(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have one order carried out now, and return the answer.

        Raises the error it ended with, SweepInterrupted where a signal came first.
        """
        name = f"survey-{next(self._numbers)}"
        task = Task(name, {**payload, "place": self.place}, self.logs / f"{name}.txt")
        self.crew.submit(task)
        while True:
            self.interruption.check()
            for told in self.crew.wait(_LOOK):
                if told.task != name:
                    assert self.hear is not None
                    self.hear(told)
                elif isinstance(told, Ended):
                    return _answer(told)

    def _take(self, told: Mapping[str, Mapping[str, Any]]) -> None:
        traits, sources = self.traits, told["source"]
        self.traits = Traits(
            data={**traits.data, **{key: one["data"] for key, one in sources.items()}},
            learns=traits.learns | {key for key, one in told["cleaner"].items() if one["learns"]},
            seedless=traits.seedless | {key for key, one in sources.items() if one["seedless"]},
            folds={**traits.folds, **{key: one["folds"] for key, one in told["splitter"].items()}},
            parts={**traits.parts, **{key: one["parts"] for key, one in told["transform"].items() if one["parts"]}},
            files={**traits.files, **told["files"]},
            free={**traits.free, **{key: one["free"] for key, one in told["model"].items() if one["free"]}},
        )
        self.directions |= {key: one["direction"] for key, one in told["metric"].items()}


def _told(step: Step) -> dict[str, Any]:
    return {
        "key": step.key,
        "kind": step.kind,
        "name": step.name,
        "use": step.offer.qualified,
        "settings": step.settings,
    }


def _answer(ended: Ended) -> Mapping[str, Any]:
    if ended.answer is not None:
        return ended.answer
    assert ended.error is not None
    raise _ERRORS.get(ended.error.kind, PluginError)(ended.error.message)
