"""What a worker process of a sweep is asked to do: each order and its answer are plain values.

survey: say what only components can say of themselves. check_streams: refuse trials that cannot have their rows in
batches. prepare: compute rows that several tasks will want. trial: train and score one trial. together: train and
score many in one. ship: the winner, as a whole run.
A worker remembers rows, checked steps and trainings under way from one order to the next.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from runner.catalogue import Catalogue
from runner.errors import RunnerError
from runner.execute.components import Components, build_components
from runner.execute.recorded import Page, execute
from runner.execute.request import Request
from runner.execute.streamed_checks import check_streamable
from runner.execute.surroundings import Surroundings
from runner.plan.experiment import Experiment, Step, resolve
from runner.plan.lineage import Lineage, Node, repeated
from runner.plan.streamed import streams
from runner.store.opening import opened
from runner.trials import training
from runner.trials.mistakes import kind_of
from runner.trials.rows import Descent, Held, Larder
from runner.trials.streamed import alone_in_batches
from runner.trials.survey import survey
from runner.trials.training import Runner, Together


@dataclass
class Bench:
    """What one worker keeps at hand between its orders."""

    catalogue: Catalogue
    surroundings: Surroundings
    larder: Larder
    steps: dict[str, Step] = field(default_factory=dict)
    courses: dict[tuple[str | None, int], list[Together]] = field(default_factory=dict)

    def experiment(self, declared: Mapping[str, Any], repetition: int) -> Experiment:
        """Take up a declaration that the driver has checked."""
        return repeated(resolve(declared, self.catalogue, judged=True, known=self.steps), repetition)


def carry_out(payload: dict[str, Any], talk: Any) -> Mapping[str, Any]:
    """Do one order in a worker process. payload["do"] names it; payload["place"] says where the sweep lives."""
    del talk
    place = payload["place"]
    kept = (place["folder"], place["downloads"], place["store"], tuple(place["disabled"]), place["memory"])
    return carried_out(_bench(*kept), payload)


def carried_out(bench: Bench, order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Do one order."""
    return _ORDERS[order["do"]](bench, order)


def bench_of(place: Mapping[str, Any], catalogue: Catalogue) -> Bench:
    """Lay out what is worked with. place: as `runner.trials.driver.Place` tells it."""
    kept = opened(place["store"]) if place["store"] else None
    downloads = Path(place["downloads"]) if place["downloads"] else None
    return Bench(catalogue, Surroundings(catalogue, Path(place["folder"]), downloads), Larder(kept, place["memory"]))


@functools.cache
def _bench(folder: str, downloads: str | None, store: str | None, disabled: tuple[str, ...], memory: int) -> Bench:
    """Lay out this worker's; it lives as long as the worker."""
    place = {"folder": folder, "downloads": downloads, "store": store, "memory": memory}
    return bench_of(place, Catalogue.installed(disabled, Path(folder)))


def _surveyed(bench: Bench, order: Mapping[str, Any]) -> Mapping[str, Any]:
    return survey(order["steps"], bench.surroundings)


def _streams_checked(bench: Bench, order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse a trial that cannot have its rows in batches."""
    for declared in order["declared"]:
        check_streamable(_components(bench, bench.experiment(declared, 0)))
    return {}


def _prepared(bench: Bench, order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Compute a fold's rows up to a stage, and keep them where that pays."""
    descent = _descent(bench, order, order["trials"][0]["declared"])
    held = bench.larder.rows(descent, order["folds"][0], order["keep"], upto=order["upto"])
    folds = getattr(held.value, "folds", None)
    return {
        "seconds": held.seconds,
        "stored": bench.larder.stored(order["keep"]),
        "folds": None if folds is None else len(folds),
    }


def _trial(bench: Bench, order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Train and score one trial on some of its folds."""
    trial = order["trials"][0]
    descent = _descent(bench, order, trial["declared"])
    if streams(descent.experiment):
        return {"trials": {str(trial["number"]): {"folds": {"0": alone_in_batches(descent)}}}}
    one = Runner(trial["number"], descent.components)
    whole = order["whole"] or bool(descent.components.many("compressors"))
    folds = {}
    for fold in order["folds"]:
        held = bench.larder.rows(descent, fold, order["keep"], whole=whole)
        folds[str(fold)] = _with_rows(training.alone(one, held, fold, whole=whole), held)
    return {"trials": {str(one.number): {"folds": folds}}}


def _together(bench: Bench, order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Train trials of one branch on one fold, up to a share of their epochs; score those that are asked for."""
    fold, share = order["folds"][0], order["share"]
    declared = {trial["number"]: trial["declared"] for trial in order["trials"]}
    first = next(iter(declared.values()))
    descent = _descent(bench, order, first)
    held = bench.larder.rows(descent, fold, order["keep"])
    name = (order["course"], fold)
    under_way = bench.courses.pop(name, None)
    lonely: list[Runner] = []
    if under_way is None:
        under_way, lonely = _begun(bench, order, declared, descent, held)
    found: dict[int, training.Answer] = {}
    for course in under_way:
        course.drop([one.number for one in course.runners if one.number not in declared])
        course.advance(share)
        found |= course.answers(held, fold, list(declared))
    failed = {}
    for one in lonely:
        try:
            found[one.number] = training.alone(one, held, fold)
        except RunnerError as error:
            failed[str(one.number)] = {"kind": kind_of(error), "message": str(error)}
    if share < 1.0:
        bench.courses[name] = under_way
    answers = {str(number): {"folds": {str(fold): _with_rows(answer, held)}} for number, answer in found.items()}
    return {"trials": answers, "failed": failed}


def _begun(
    bench: Bench, order: Mapping[str, Any], declared: Mapping[int, Any], descent: Descent, held: Held
) -> tuple[list[Together], list[Runner]]:
    experiments = {number: bench.experiment(one, order["repetition"]) for number, one in declared.items()}
    runners = [Runner(number, _components(bench, experiment)) for number, experiment in experiments.items()]
    model = descent.experiment.one("model")
    assert model is not None
    trainer = bench.catalogue.trainer(model.offer)
    # what goes on later is not trained to its end now, be it alone
    fused, lonely = training.groups(runners, trainer, least=2 if order["share"] == 1.0 else 1)
    return [training.begin(group, trainer, held.value, order["threads"]) for group in fused], lonely


def _shipped(bench: Bench, order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Carry out one declaration as a run of its own, with its exports."""
    outcome = execute(Request(**order["request"]), bench.catalogue, page=_page(order["page"]))
    if outcome.error is not None:
        raise outcome.error
    total = outcome.metrics.total.get(outcome.metrics.primary or "")
    return {"path": str(outcome.path), "score": None if total is None else total.mean, "notes": list(outcome.remarks)}


def _page(where: str | None) -> Page | None:
    """Find what writes the report: on a higher floor, so whoever asked for the sweep says where."""
    if where is None:
        return None
    module, _, name = where.partition(":")
    page: Page = getattr(import_module(module), name)
    return page


#: Groups that a trial does without.
_OF_RUNS = ("executor", "trackers", "exporters", "deployers")

_ORDERS: Mapping[str, Callable[[Bench, Mapping[str, Any]], Mapping[str, Any]]] = {
    "survey": _surveyed,
    "check_streams": _streams_checked,
    "prepare": _prepared,
    "trial": _trial,
    "together": _together,
    "ship": _shipped,
}


def _descent(bench: Bench, order: Mapping[str, Any], declared: Mapping[str, Any]) -> Descent:
    experiment = bench.experiment(declared, order["repetition"])
    lineage = Lineage(
        tuple(Node(*node) for node in order["gathered"]),
        tuple(tuple(Node(*node) for node in fold) for fold in order["tails"]),
    )
    return Descent(experiment, _components(bench, experiment), lineage, bench.surroundings, order["data"])


def _components(bench: Bench, experiment: Experiment) -> Components:
    return build_components(experiment, bench.surroundings.folder, without=_OF_RUNS)


def _with_rows(answer: training.Answer, held: Held) -> training.Answer:
    """Add the stages that the rows have behind them."""
    behind = [vars(step) | {"fold": step.fold} for step in held.steps]
    return {**answer, "steps": [*behind, *answer["steps"]]}
