"""A whole sweep, from the space to the winner: opened or resumed, planned, carried out, told.

outcome = sweep(wanted, catalogue, watcher)
outcome.best, outcome.path
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from tempfile import TemporaryDirectory
from typing import Any

from runner.catalogue import Catalogue
from runner.code_digest import library_versions
from runner.contracts import Asking, Search, Space, Tracker
from runner.errors import ConfigError
from runner.execute.run_events import commit_of
from runner.execute.run_log import noted
from runner.plan.experiment import Experiment, Step, local_remarks, resolve
from runner.plan.keys import digest_of
from runner.plan.lineage import repeated
from runner.record import layout, strict_json
from runner.record.choosing import Choice, Priced, choose, priced
from runner.record.fold_scores import of_trials, scores_table
from runner.record.folder import DOWNLOADS, slug
from runner.record.measures import Measure, check_measure
from runner.record.plain import plain
from runner.record.redaction import redact_command, redacted
from runner.record.results import CSV, rows, write_results
from runner.record.storage import write_bytes
from runner.record.sweep_folder import SweepFolder
from runner.record.sweeps import INFO, Direction, SweepInfo, TrialRecord, TrialSummary
from runner.store.opening import opened
from runner.trials.crew import Crew
from runner.trials.drift import Drift
from runner.trials.driver import Driver
from runner.trials.hiring import Hired, hired
from runner.trials.interruption import Interruption
from runner.trials.interruption import listening as signals_heard
from runner.trials.ledger import Ledger
from runner.trials.objectives import against_of, directions_of, front_of, objective_of
from runner.trials.options import Options
from runner.trials.orders import Orders, Place
from runner.trials.paper import Paper
from runner.trials.planning import Planner
from runner.trials.questions import ALL, Asked, Questions
from runner.trials.surveying import Surveyor
from runner.trials.tally import Objective
from runner.trials.telling import Telling, listening, trackers_of
from runner.trials.timings import timings
from runner.trials.tree import Known
from runner.trials.watcher import Watcher

#: What a worker may remember, of the machine's memory, all workers together.
_MEMORY_SHARE = 0.25


@dataclass(frozen=True)
class Wanted:
    """What a sweep is asked to do.

    name: of the experiment. space: what may be tried. declare: settings of a cell -> its whole declaration.
    fixed: what all cells share and identifies the sweep with the swept keys; values may be added later. root,
    folder, command, code, packages: as for a run.
    drift: "refuse", "accept" or "rerun". disabled: plugins. keep_going: whatever errors are met. plan_only: run
    nothing. continues: the identity of the sweep that this goes on with, None for its own. page: what writes the
    report of the winner's run, as "module:function", where the experiment asks for one.
    """

    name: str
    space: Space
    declare: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    fixed: Any
    options: Options
    search: Mapping[str, Any] | None
    root: str
    folder: str
    command: Sequence[str] = ()
    code: Mapping[str, Any] | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    drift: str = "refuse"
    disabled: tuple[str, ...] = ()
    keep_going: bool = False
    plan_only: bool = False
    continues: str | None = None
    page: str | None = None

    @property
    def identity(self) -> str:
        """What the sweep is called by: one command has one, whatever values it gives its axes."""
        return self.continues or digest_of(self.name, self.fixed, sorted({axis.key for axis in self.space.axes}))


@dataclass(frozen=True)
class SweepOutcome:
    """How a sweep ended. trials: those of this command, by number. best: the winner; run: its run folder.

    stopped: why it ended early, None if it did not. signal: that interrupted it. notes: what to know. choice: how the
    winner was chosen. report: "html" where the experiment asks for a page. against: what the search heard besides
    scores; unbeaten: the numbers of the trials that no other beats by all of that.
    """

    path: Path | None
    trials: Sequence[TrialSummary]
    objective: Objective
    best: TrialSummary | None = None
    run: Path | None = None
    stopped: str | None = None
    signal: int | None = None
    notes: Sequence[str] = ()
    choice: Choice | None = None
    report: str = "none"
    against: Sequence[str] = ()
    unbeaten: Sequence[int] = ()


def sweep(wanted: Wanted, catalogue: Catalogue, watcher: Watcher, crew: Crew | None = None) -> SweepOutcome:
    """Carry out a sweep. crew: workers that are warming up already. Raises RunnerError before the first trial."""
    workers = wanted.options.workers or os.cpu_count() or 1
    hands = crew or Crew.start(workers)
    hands.resize(workers)
    try:
        with signals_heard() as interruption, TemporaryDirectory(prefix="runner-sweep-") as logs:
            return _Sweep(wanted, catalogue, watcher, hands, workers, interruption, logs).carry_out()
    finally:
        if crew is None:
            hands.stop()


@dataclass
class _Sweep:
    wanted: Wanted
    catalogue: Catalogue
    watcher: Watcher
    crew: Crew
    workers: int
    interruption: Interruption
    logs: str
    known: dict[str, Step] = field(default_factory=dict)

    def carry_out(self) -> SweepOutcome:
        wanted = self.wanted
        if wanted.options.cost is not None:
            check_measure("sweep.cost", wanted.options.cost, wanted.space.axes)
        search = self._search()
        asking = search.begin(wanted.space, 0)
        first = [Asked(trial, self.declared(trial.settings)) for trial in asking.ask(ALL)]
        if not first:
            raise ConfigError("the sweep has no trials: one of its choices is empty")
        if wanted.plan_only:
            return self._carried_out(search, asking, first, Hired(self.crew, self.workers))
        with hired(first[0].experiment, self.crew, self.workers) as workers:
            return self._carried_out(search, asking, first, workers)

    def _carried_out(self, search: Search, asking: Asking, first: Sequence[Asked], hands: Hired) -> SweepOutcome:
        wanted = self.wanted
        store = opened(hands.store or _store_root(wanted.root))
        downloads = str(Path(wanted.root, DOWNLOADS).absolute())
        place = Place(wanted.folder, downloads, store.place, wanted.disabled, _memory(self.workers))
        surveyor = Surveyor(self.crew, place.told(), Path(self.logs), self.interruption)
        surveyor.learn(one.experiment for one in first)
        whole = any(axis.key.partition(".")[0] == "compressors" for axis in wanted.space.axes)
        planner = Planner(surveyor.traits, library_versions(), store.has, whole=whole)
        directions = directions_of(first[0].experiment, surveyor)
        objective = objective_of(first[0].experiment, directions, wanted.options)
        against = against_of(search, objective, directions, wanted.space)
        dropped, duplicates = (getattr(wanted.space, name, None) or 0 for name in ("dropped", "duplicates"))
        options = replace(wanted.options, max_same_error=2**31) if wanted.keep_going else wanted.options

        def driver(folder: Any, telling: Telling) -> Driver:
            self.watcher.opened(folder.path, objective.direction, hands.workers)
            if hands.where is not None:
                self.watcher.tell(hands.where)
            return Driver(
                folder,
                hands.crew,
                planner,
                Questions(asking, self.declared, folder, objective, against),
                Ledger(folder, planner, objective, self.watcher, telling),
                Orders(folder, planner, options, place, hands.workers),
                objective,
                options,
                self.watcher,
                telling,
                self.interruption,
                Drift(wanted.drift),
                surveyor,
                first=first,
                seconds=timings(Path(wanted.root) / slug(wanted.name)),
                counts=Known(dropped=dropped, duplicates=duplicates),
            )

        if wanted.plan_only:
            paper = Paper.of(Path(wanted.root), wanted.name, wanted.identity)
            driver(paper, Telling()).plan()
            return SweepOutcome(paper.path, [], objective)
        trackers = trackers_of(first[0].experiment)
        with self._opened(first, objective, directions) as folder, self._telling(folder, trackers) as telling:
            if against:
                folder.journal.append({"event": "against", "names": [one.name for one in against]})
            driving = driver(folder, telling)
            outcome = self._ended(folder, driving, driving.carry_out(), against)
            telling.closed(_why_not_through(outcome), outcome.trials, _winner_told(outcome))
            report = first[0].experiment.report
            return replace(outcome, report=report, notes=[*outcome.notes, *telling.notes])

    @contextmanager
    def _telling(self, folder: SweepFolder, trackers: Sequence[tuple[str, Tracker]]) -> Iterator[Telling]:
        """Tell the trackers of the sweep while the block lasts, however that ends."""
        listeners = listening(trackers, folder.path, folder.info.id, shown=self.watcher.shows)
        telling = Telling(listeners, folder.path)
        with noted(self.watcher.tell if self.watcher.shows else None) as telling.notes:
            telling.opened(folder.info, commit_of(self.wanted.code), self.workers, len(folder.known()))
            try:
                yield telling
            except BaseException as error:
                telling.closed(f"{type(error).__name__}: {error}", list(folder.known().values()), {})
                raise

    def declared(self, settings: Mapping[str, Any]) -> Experiment:
        """Make and check the experiment of a cell."""
        return resolve(self.wanted.declare(settings), self.catalogue, name=self.wanted.name, known=self.known)

    def _search(self) -> Search:
        chosen = dict(self.wanted.search or {"use": "grid"})
        offer = self.catalogue.find("search", str(chosen.pop("use")))
        search: Search = offer.build(offer.check(chosen))
        return search

    def _opened(
        self, first: Sequence[Asked], objective: Objective, directions: Mapping[str, Direction]
    ) -> SweepFolder:
        wanted, experiment = self.wanted, first[0].experiment
        info = SweepInfo(
            id=f"sweep-{wanted.identity[:12]}",
            experiment=wanted.name,
            identity=wanted.identity,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            command=redact_command(wanted.command),
            axes=list(dict.fromkeys(axis.key for axis in wanted.space.axes)),
            base=plain(experiment.declared),
            objective=asdict(objective),
            seeds=experiment.repeat.seeds,
            versions={"runner": version("runner-ml"), "python": python_version()},
            directions=directions,
        )
        folder = SweepFolder.open_or_create(Path(wanted.root), wanted.name, wanted.identity, info)
        (folder.path / "logs").mkdir(exist_ok=True)
        packages = {**wanted.packages, **self.catalogue.local_code}
        for name, value in ((layout.CODE, wanted.code), ("packages.json", packages)):
            if not (folder.path / name).exists():
                strict_json.write(folder.path / name, value)
        return folder

    def _ended(
        self, folder: SweepFolder, driver: Driver, numbers: Sequence[int], against: Sequence[Measure]
    ) -> SweepOutcome:
        objective = driver.objective
        by_number = {trial.number: trial for trial in folder.known().values()}
        trials = [by_number[number] for number in numbers if number in by_number]
        notes = [*folder.notes, *driver.drift.told, *local_remarks(self.known.values())]
        if self.interruption.signal is not None:
            return SweepOutcome(folder.path, trials, objective, signal=self.interruption.signal, notes=notes)
        read = cache(folder.read)
        choice = self._chosen(trials, objective, read)
        news = _written(folder, choice)
        if driver.ledger.committed or news or not (folder.path / CSV).exists():
            records = [read(trial.number) for trial in trials]
            why = {} if choice is None else {choice.number: choice.why}
            notes += write_results(folder.path, rows(records, folder.info.axes, why))
            write_bytes(folder.path / layout.SCORES, scores_table(of_trials(records), of_sweep=True).encode())
        best = None if choice is None else by_number[choice.number]
        run = None
        if best is not None and self.wanted.options.ship == "best":
            run = self._shipped(folder, driver, best, notes)
        front = front_of(
            [read(trial.number) for trial in trials if trial.state == "done"] if against else [], against, objective
        )
        return SweepOutcome(
            folder.path, trials, objective, best, run, driver.stopped, None, notes, choice,
            against=[one.name for one in against], unbeaten=front,
        )  # fmt: skip

    def _chosen(
        self, trials: Sequence[TrialSummary], objective: Objective, read: Callable[[int], TrialRecord]
    ) -> Choice | None:
        """Choose the winner. read: number -> record, which only a cost or another rule than the best asks for."""
        options = self.wanted.options
        assert objective.metric is not None
        assert objective.direction is not None
        done = [(one.number, one.score) for one in trials if one.state == "done" and one.score is not None]
        if options.cost is None:
            scored = [Priced(number, score, ()) for number, score in done]
        else:
            scored = [priced(read(number), objective.metric, options.cost) for number, _ in done]
        return choose(scored, objective.direction, options.choose, options.cost)

    def _shipped(self, folder: SweepFolder, driver: Driver, best: TrialSummary, notes: list[str]) -> Path:
        """Run the winner once more, whole; not again if that was done."""
        events = [event for event in folder.journal.records if event.get("event") == "shipped"]
        if events and events[-1]["key"] == best.key and Path(folder.path, events[-1]["path"]).is_dir():
            return Path(folder.path, events[-1]["path"]).resolve()
        experiment = self.declared(best.settings)
        words = [f"{key}={value}" for key, value in best.settings.items()]
        request = {
            "declared": repeated(experiment, 0).declared,
            "root": self.wanted.root,
            "folder": self.wanted.folder,
            "name": self.wanted.name,
            "command": ["runner", *_without_axes(self.wanted.command, best.settings), *words],
            "overrides": words,
            "judged": True,
            "code": self.wanted.code,
            "packages": self.wanted.packages,
            "sweep": {"id": folder.info.id, "folder": str(folder.path.absolute()), "trial": best.number},
        }
        answer = driver.surveyor.order({"do": "ship", "request": request, "page": self.wanted.page})
        path = Path(answer["path"])
        folder.point_to_best(path)
        relative = os.path.relpath(path, folder.path)
        folder.journal.append({"event": "shipped", "number": best.number, "key": best.key, "path": relative})
        notes += answer["notes"]
        return path


def _written(folder: SweepFolder, choice: Choice | None) -> bool:
    """Write down which trial is chosen, and say whether that is another, or for another reason, than before."""
    if choice is None:
        return False
    event = {"event": "chosen", "number": choice.number, "best": choice.best, "why": choice.why}
    before = [event for event in folder.journal.records if event.get("event") == "chosen"]
    if before and before[-1] == event:
        return False
    folder.journal.append(event)
    return True


def _why_not_through(outcome: SweepOutcome) -> str | None:
    """Say why a sweep is not through, as trackers are told it; None if it is."""
    return outcome.stopped if outcome.signal is None else f"interrupted by signal {outcome.signal}"


def _winner_told(outcome: SweepOutcome) -> dict[str, Any]:
    """Tell the trackers who won and where to look."""
    best = outcome.best
    winner = (
        None if best is None else {"trial": best.number, "score": best.score, "settings": redacted(best.settings)}
    )
    assert outcome.path is not None
    names = (CSV, layout.SCORES, INFO)
    return {
        "winner": winner,
        "why": None if outcome.choice is None else outcome.choice.why,
        "run": None if outcome.run is None else str(outcome.run.absolute()),
        "folder": str(outcome.path.absolute()),
        "files": {"tables": [name for name in names if (outcome.path / name).exists()]},
    }


def _without_axes(command: Sequence[str], settings: Mapping[str, Any]) -> list[str]:
    """Return the command's words without the sweep: for a run of one cell."""
    kept = [word for word in command[1:] if word.lstrip("+").partition("=")[0] not in settings]
    return [
        word
        for word in kept
        if word not in ("-m", "--multirun", "--yes") and not word.startswith(("search", "sweep."))
    ]


def _store_root(root: str) -> str:
    return os.environ.get("RUNNER_STORE") or str(Path(root, ".store"))


def _memory(workers: int) -> int:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        total = 4 * 2**30
    return int(total * _MEMORY_SHARE / workers)
