"""The driver of a sweep: asks for trials, plans them, has them carried out, and writes down how each went.

One process decides and writes; workers compute and write nothing but their logs. So whatever is killed, what
was committed stays as it is, and the same command goes on from there.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from runner.contracts import Asking, Trial
from runner.plan.experiment import Experiment
from runner.plan.explaining import Ran, flat, merged
from runner.plan.explaining import differences as differences_of
from runner.plan.lineage import Node, lineage, repeated
from runner.plan.outline import Outline
from runner.plan.streamed import streams
from runner.record.plain import plain
from runner.record.records import ErrorRecord
from runner.record.sweep_folder import SweepFolder
from runner.record.sweeps import TrialRecord, TrialState, TrialSummary
from runner.trials.candidate import Candidate, components_of, differences, key_of, of_trial
from runner.trials.crew import Crew
from runner.trials.drift import Drift
from runner.trials.far_crew import FarCrew
from runner.trials.interruption import Interruption
from runner.trials.options import Options
from runner.trials.planning import Job, Planner
from runner.trials.surveying import Surveyor
from runner.trials.tally import Objective, Tally, cannot_win
from runner.trials.task import Ended, Said, Task
from runner.trials.telling import Telling
from runner.trials.tree import Known, outline

#: Mistakes in the declaration and in the data: the same for every trial, so that five of them tell enough.
_SAME_FOR_ALL = frozenset({"config", "plugin", "data", "input_changed"})
#: So many orders are given to the crew for each of its workers: what lies there begins even after a stop.
_AHEAD = 4
#: Ask a search for as many as it has.
ALL = 1_000_000_000
#: An attempt that broke with its worker is made once more.
_ATTEMPTS = 2


class Watcher(Protocol):
    """Who is told how the sweep goes, to show it. shows: whether a person sees that, so that no tracker need show."""

    shows: bool

    def opened(self, folder: Path, direction: str | None, workers: int) -> None:
        """Hear first where the sweep is written, what is better, and how many work on it."""
        ...

    def planned(self, outline: Outline, trials: int, resumed: Sequence[TrialSummary]) -> None:
        """Hear a plan before it is carried out; a search may make several. trials: planned so far in all."""
        ...

    def started(self, number: int) -> None:
        """Hear that a trial runs."""
        ...

    def ended(self, trial: TrialSummary, message: str | None, log: Path | None) -> None:
        """Hear how a trial ended. message, log: of a failure."""
        ...

    def tick(self) -> None:
        """Called while nothing happens."""
        ...

    def tell(self, line: str) -> None:
        """Hear something that a person should know now."""
        ...


@dataclass(frozen=True)
class Place:
    """Where a sweep works. folder: for relative paths. downloads, store: None keeps nothing.

    memory: bytes that a worker keeps.
    """

    folder: str
    downloads: str | None
    store: str | None
    disabled: tuple[str, ...]
    memory: int

    def told(self) -> dict[str, Any]:
        """Return it as workers are told it."""
        return asdict(self) | {"disabled": list(self.disabled)}


@dataclass(frozen=True)
class Asked:
    """One trial that a search asks for, declared and checked."""

    trial: Trial
    experiment: Experiment


@dataclass
class Driver:
    """Carries out the trials of one sweep. declare: settings -> the experiment they make, checked."""

    sweep: SweepFolder
    crew: Crew | FarCrew
    planner: Planner
    asking: Asking
    declare: Callable[[Mapping[str, Any]], Experiment]
    objective: Objective
    options: Options
    place: Place
    watcher: Watcher
    interruption: Interruption
    drift: Drift
    workers: int
    surveyor: Surveyor
    first: Sequence[Asked] = ()
    telling: Telling = field(default_factory=Telling)
    committed: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)
    counts: Known = field(default_factory=Known)
    _tallies: dict[int, Tally] = field(default_factory=dict)
    _asked: dict[int, list[Trial]] = field(default_factory=dict)
    _jobs: dict[str, Job] = field(default_factory=dict)
    _waiting: dict[str, set[str]] = field(default_factory=dict)
    _blocked: dict[str, list[str]] = field(default_factory=dict)
    _ready: deque[str] = field(default_factory=deque)
    _given: set[str] = field(default_factory=set)
    _done: set[str] = field(default_factory=set)
    _tries: Counter[str] = field(default_factory=Counter)
    _mistakes: Counter[str] = field(default_factory=Counter)
    _waves: list[Wave] = field(default_factory=list)
    _committing: list[TrialRecord] = field(default_factory=list)
    _planned: set[int] = field(default_factory=set)
    _at_rest: dict[int, None] = field(default_factory=dict)
    _told: dict[tuple[int, float], float | None] = field(default_factory=dict)
    stopped: str | None = None

    def carry_out(self) -> list[int]:
        """Run until the search is done; return the numbers of the trials of this sweep, in order."""
        begun = time.monotonic()
        heard = [event for event in self.sweep.journal.records if event.get("event") == "told"]
        self._told = {(event["number"], event["share"]): event["score"] for event in heard}
        self.surveyor.hear = self._hear
        self._take_up(self.first)
        self._ask()
        while self._given or self._ready or self._waiting or self._waves:
            if self.interruption.signal is not None:
                break
            if self.stopped is None and self.options.time and time.monotonic() - begun > self.options.time:
                self.stopped = f"the time budget of {self.options.time:g} s is used up"
            if self.stopped is not None and not self._given:
                break
            if self.stopped is None:
                self._give()
            for told in self.crew.wait(0.25):
                self._hear(told)
            self._settle()
            self._ask()
            self.watcher.tick()
        if self.interruption.signal is not None:
            self._leave()
        elif self.stopped is None:
            self._prune()
        return sorted(self._planned)

    def plan(self) -> None:
        """Plan what is asked for first, and carry out nothing."""
        self.surveyor.hear = self._hear
        self._take_up(self.first)

    # --- asking and planning ---------------------------------------------------------------------------

    def _ask(self) -> None:
        """Take up what the search asks for; what is known already is answered at once."""
        while self.stopped is None and self.interruption.signal is None and not self.asking.done:
            trials = self.asking.ask(ALL)
            if not trials:
                return
            self._take_up([Asked(trial, self.declare(trial.settings)) for trial in trials])

    def _take_up(self, asked: Sequence[Asked]) -> None:
        planner, known = self.planner, self.sweep.known()
        self._survey(asked)
        for one in asked:
            if one.trial.share < 1.0:
                planner.check_in_parts(one.experiment)
        keys = [key_of(one.experiment, planner.traits, planner.libraries) for one in asked]
        keys = self.drift.checked(keys, [one.trial.settings for one in asked], known, partial(self._changed, asked))
        numbers = self.sweep.plan({key: one.trial.settings for key, one in zip(keys, asked, strict=True)})
        fresh: dict[int, Candidate] = {}
        resumed: list[TrialSummary] = []
        duplicates = 0
        for key, one in zip(keys, asked, strict=True):
            number, summary = numbers[key], known.get(key)
            if number in fresh:
                duplicates += 1
            self._planned.add(number)
            if number not in self._tallies and self._answer(one.trial, number, summary):
                if summary is not None and self._is_through(summary) and number not in fresh:
                    resumed.append(summary)
                continue
            self._asked.setdefault(number, []).append(one.trial)
            fresh[number] = Candidate(number, key, one.trial.settings, one.experiment, one.trial.share)
        wave = Wave(list(fresh.values()))
        first = [one for one in wave.candidates if one.number not in self._tallies]
        for candidate in first:
            self._tallies[candidate.number] = Tally(candidate, 0, time.monotonic())
        for candidate in wave.candidates:
            self._tallies[candidate.number].candidate = candidate
            self._tallies[candidate.number].finished = False
        jobs = self._plan(wave)
        known_before = replace(
            self.counts, resumed=len(resumed), seconds=self.seconds, duplicates=self.counts.duplicates + duplicates
        )
        repetitions = max((one.experiment.repeat.seeds for one in wave.candidates), default=1)
        told = outline(wave.candidates, jobs, repetitions, planner.stored, known_before)
        self.watcher.planned(told, len(self._planned), resumed)
        self.telling.planned(len(self._planned), resumed)

    def _changed(self, asked: Sequence[Asked], place: int, before: TrialSummary) -> list[str]:
        """Say in words what has changed since an earlier result. place: of what is asked for now."""
        record, experiment = self.sweep.read(before.number), asked[place].experiment
        declared = merged(self.sweep.info.base, record.changes, record.removed)
        now = Ran(
            flat(plain(experiment.declared)),
            components_of(experiment, self.planner.libraries),
            self._data(experiment),
        )
        return differences_of(Ran(flat(declared), record.components, record.data), now)

    def _data(self, experiment: Experiment) -> str | None:
        """Return the fingerprint of what a trial's source loads."""
        source = experiment.one("source")
        return None if source is None else self.planner.traits.data.get(source.key)

    def _survey(self, asked: Sequence[Asked]) -> None:
        """Learn what the components of these trials say of themselves, and where need be how many folds there are."""
        self.surveyor.learn(one.experiment for one in asked)
        self.planner.traits = self.surveyor.traits
        for one in asked:
            splitter = one.experiment.one("splitter")
            assert splitter is not None
            if self.planner.traits.folds.get(splitter.key) is None and not streams(one.experiment):
                for repetition in range(one.experiment.repeat.seeds):
                    self._count_folds(repeated(one.experiment, repetition))

    def _count_folds(self, experiment: Experiment) -> None:
        descent = lineage(experiment, self.planner.traits, self.planner.libraries, 1)
        split = descent.gathered[-1]
        if split.key in self.planner.counted:
            return
        trial = {"number": 0, "declared": of_trial(experiment)}
        nodes = {"gathered": _plain(descent.gathered), "tails": [_plain(tail) for tail in descent.folds]}
        order = {"do": "prepare", "trials": [trial], "repetition": 0, "folds": [0], "data": None, "keep": [], **nodes}
        answer = self.surveyor.order({**order, "upto": len(descent.gathered)})
        self.planner.counted[split.key] = answer["folds"]

    def _answer(self, trial: Trial, number: int, summary: TrialSummary | None) -> bool:
        """Tell the search what an earlier command found of a trial, if it found what is asked for."""
        if trial.share < 1.0:
            if (number, trial.share) not in self._told:
                return False
            self.asking.tell(trial, self._oriented(self._told[number, trial.share]))
            return True
        if summary is not None and self._is_through(summary):
            self.asking.tell(trial, self._oriented(summary.score))
            return True
        return False

    def _is_through(self, summary: TrialSummary) -> bool:
        """Whether nothing is left of a trial: it is done, or it has lost the race of the seeds."""
        if summary.state == "pruned":
            return self.sweep.read(summary.number).share >= 1.0
        return summary.state == "done"

    def _plan(self, wave: Wave) -> list[Job]:
        """Plan the next repetition of a wave; the first two at once, for one says nothing of the spread."""
        if not wave.candidates:
            return []
        first = self._submit(wave, 0)
        seeds = max(one.experiment.repeat.seeds for one in wave.candidates)
        if seeds > 1:
            self._submit(wave, 1)
        if seeds > 2:
            self._waves.append(wave)
        return first

    def _submit(self, wave: Wave, repetition: int) -> list[Job]:
        candidates = [one for one in wave.candidates if repetition < one.experiment.repeat.seeds]
        jobs = self.planner.jobs(candidates, repetition)
        for job in jobs:
            self._enter(job)
        wave.repetition = repetition
        for candidate in candidates:
            self._tallies[candidate.number].repetitions = repetition + 1
        return jobs

    def _enter(self, job: Job) -> None:
        self._jobs[job.id] = job
        if job.do != "prepare":
            for candidate in job.candidates:
                self._tallies[candidate.number].pending.add(job.id)
        unmet = {need for need in job.needs if need not in self._done}
        if unmet:
            self._waiting[job.id] = unmet
            for need in unmet:
                self._blocked.setdefault(need, []).append(job.id)
        else:
            self._ready.append(job.id)

    def _settle(self) -> None:
        """End the trials that are through, and repeat with the next seed those that have one left."""
        for number in self._at_rest:
            tally = self._tallies[number]
            if tally.state is not None or tally.repetitions >= tally.candidate.experiment.repeat.seeds:
                self._finish(tally)
        self._at_rest.clear()
        for wave in list(self._waves):
            left = [self._tallies[one.number] for one in wave.candidates]
            left = [tally for tally in left if not tally.finished]
            wave.candidates = [tally.candidate for tally in left]
            if any(tally.pending for tally in left):
                continue
            going_on = self._in_the_race(left)
            for tally in left:
                if tally not in going_on:
                    self._finish(tally, raced=True)
            wave.candidates = [tally.candidate for tally in going_on]
            if going_on and self.stopped is None:
                self._submit(wave, wave.repetition + 1)
            else:
                self._waves.remove(wave)
        self._commit()

    def _in_the_race(self, tallies: Sequence[Tally]) -> list[Tally]:
        scored = [tally for tally in self._tallies.values() if tally.scores(self.objective.metric)]
        if not scored:
            return list(tallies)
        best = max(scored, key=lambda tally: self.objective.oriented(self._score(tally)))
        return [
            tally
            for tally in tallies
            if not tally.candidate.experiment.repeat.race or not cannot_win(tally, best, self.objective)
        ]

    # --- giving orders and hearing of them -------------------------------------------------------------

    def _give(self) -> None:
        """Hand ready jobs to the crew, not more than it can soon begin."""
        while self._ready and len(self._given) < _AHEAD * self.workers:
            job = self._jobs[self._ready.popleft()]
            tallies = [] if job.do == "prepare" else [self._tallies[one.number] for one in job.candidates]
            if tallies and all(tally.state is not None for tally in tallies):
                self._through(job)
                continue
            for tally in tallies:
                self._begin(tally)
            self.crew.submit(self._task(job))
            self._given.add(job.id)

    def _begin(self, tally: Tally) -> None:
        if tally.started is None:
            tally.attempt = self.sweep.next_attempt(tally.candidate.number)
            self.sweep.begin(tally.candidate.number, tally.attempt)
            tally.started, tally.begun = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
            self.watcher.started(tally.candidate.number)
            self.telling.started(tally.candidate.number, tally.candidate.settings, tally.attempt)

    def _task(self, job: Job) -> Task:
        busy = min(self.workers, len(self._ready) + len(self._given) + 1)
        threads = max(1, (os.cpu_count() or 1) // busy)
        trials = [{"number": one.number, "declared": of_trial(one.experiment)} for one in job.candidates]
        source = job.candidates[0].experiment.one("source")
        assert source is not None
        payload = {
            "do": job.do,
            "place": self.place.told(),
            "trials": trials,
            "repetition": job.repetition,
            "folds": list(job.folds),
            "gathered": _plain(job.descent.gathered),
            "tails": [_plain(tail) for tail in job.descent.folds],
            "data": self.planner.traits.data.get(source.key),
            "upto": job.upto,
            "keep": list(job.keep),
            "course": job.course,
            "share": job.share,
            "threads": threads,
            "whole": self.planner.whole,
        }
        limits = self.options.trial
        if limits.seconds is not None:
            limits = replace(limits, seconds=limits.seconds * len(job.candidates))
        label = job.course and f"{job.course}-{job.folds[0]}"
        return Task(job.id, payload, self._log(job), limits, keep=label or job.branch, pinned=label is not None)

    def _log(self, job: Job) -> Path:
        if job.do == "trial":
            tally = self._tallies[job.candidates[0].number]
            return self.sweep.working(tally.candidate.number, tally.attempt) / "log.txt"
        return self.sweep.path / "logs" / f"{job.id}.txt"

    def _hear(self, told: Said | Ended) -> None:
        if isinstance(told, Said):
            return
        job = self._jobs[told.task]
        self._given.discard(job.id)
        if told.state == "done":
            assert told.answer is not None
            self._take(job, told)
            self._through(job)
        elif told.state == "interrupted":
            self._ready.appendleft(job.id)
        else:
            self._retry(job, told)

    def _take(self, job: Job, ended: Ended) -> None:
        assert ended.answer is not None
        for number, answer in ended.answer.get("trials", {}).items():
            tally = self._tallies[int(number)]
            tally.take(job.repetition, answer["folds"])
            tally.peak = max(tally.peak, ended.peak_bytes)
        for number, error in ended.answer.get("failed", {}).items():
            self._tallies[int(number)].fail("failed", ErrorRecord(error["kind"], error["message"]))

    def _through(self, job: Job) -> None:
        """A job is behind: those that waited for it may begin, and its trials wait for one less."""
        self._done.add(job.id)
        for other in self._blocked.pop(job.id, ()):
            self._waiting[other].discard(job.id)
            if not self._waiting[other]:
                del self._waiting[other]
                self._ready.append(other)
        for candidate in job.candidates:
            tally = self._tallies[candidate.number]
            tally.pending.discard(job.id)
            if not tally.pending:
                self._at_rest[candidate.number] = None

    def _retry(self, job: Job, ended: Ended) -> None:
        """A job that failed: once more if its worker broke, trial by trial if there were several, else it is told."""
        self._tries[job.id] += 1
        assert ended.error is not None
        if ended.infrastructure and self._tries[job.id] < _ATTEMPTS:
            self._begin_again(job, ended)
            task = self._task(job)
            self.crew.submit(replace(task, alone=ended.state == "oom", keep=None, pinned=False))
            self._given.add(job.id)
            return
        if job.do == "together" and len(job.candidates) > 1:
            for candidate in job.candidates:
                own = replace(job, id=f"{job.id}-{candidate.number}", candidates=(candidate,))
                alone = replace(own, do="trial", course=None)
                self._enter(replace(own, course=f"{job.course}-{candidate.number}") if job.course else alone)
            self._through(job)
            return
        self._fail(job, ended)

    def _begin_again(self, job: Job, ended: Ended) -> None:
        """Count another attempt of a trial whose worker broke; what the first one left is kept beside."""
        assert ended.error is not None
        if job.do != "trial":
            return
        tally = self._tallies[job.candidates[0].number]
        told = {"number": tally.candidate.number, "attempt": tally.attempt, "state": ended.state}
        self.sweep.journal.append({"event": "broke", **told, "message": ended.error.message})
        self.telling.broke(tally.candidate.number, ended.state, ended.error)
        tally.started = None
        self._begin(tally)

    def _fail(self, job: Job, ended: Ended) -> None:
        """Enter the failure into every trial that hangs on the job."""
        assert ended.error is not None
        for candidate in self._hanging_on(job):
            tally = self._tallies[candidate.number]
            state: TrialState = ended.state if ended.state in ("timeout", "oom", "killed") else "failed"
            tally.fail(state, ErrorRecord(ended.error.kind, ended.error.message))
            tally.peak = max(tally.peak, ended.peak_bytes)
        self._through(job)
        if ended.error.kind in _SAME_FOR_ALL:
            self._count_mistake(ended.error, len(self._hanging_on(job)))

    def _hanging_on(self, job: Job) -> list[Candidate]:
        """Return the trials that cannot do without a job: its own, or those that need what it was to prepare."""
        if job.do != "prepare":
            return list(job.candidates)
        lost = {job.id}
        hanging: dict[int, Candidate] = {}
        for other in self._jobs.values():
            if lost & set(other.needs):
                lost.add(other.id)
                if other.do != "prepare":
                    hanging |= {one.number: one for one in other.candidates}
        return list(hanging.values())

    def _count_mistake(self, error: ErrorRecord, trials: int) -> None:
        reason = f"{error.kind}: {error.message}"
        self._mistakes[reason] += trials
        if self._mistakes[reason] >= self.options.max_same_error and self.stopped is None:
            self.stopped = (
                f"{self._mistakes[reason]} trials failed with the same {error.kind} error: {error.message}\n"
                "Mend it and give the same command, or try the others as well with '--keep-going'."
            )

    # --- how trials end ---------------------------------------------------------------------------------

    def _finish(self, tally: Tally, *, raced: bool = False) -> None:
        """Write a trial's record and tell the search. raced: it was not repeated with all seeds."""
        candidate = tally.candidate
        full = candidate.share >= 1.0 and not raced
        diverged = tally.diverged
        if tally.state is None and diverged is not None:
            where = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in diverged.items())
            tally.fail("diverged", ErrorRecord("diverged", f"the training diverged ({where})"))
        score = None if tally.state is not None else self._score(tally)
        tally.finished = True
        self._tell(candidate, score)
        if tally.state is not None or full or raced:
            self._begin(tally)
            self._committing.append(self._record(tally, score, "done" if full else "pruned"))

    def _tell(self, candidate: Candidate, score: float | None) -> None:
        """Let the search hear; what it hears of a part of the epochs is kept for a resume."""
        if candidate.share < 1.0:
            told = {"event": "told", "number": candidate.number, "score": score, "share": candidate.share}
            self.sweep.journal.append(told)
        for trial in self._asked.pop(candidate.number, ()):
            self.asking.tell(trial, self._oriented(score))

    def _prune(self) -> None:
        """Write down the trials that the search did not ask to be trained to the end."""
        for tally in self._tallies.values():
            if tally.candidate.share < 1.0 and tally.state is None and tally.answers:
                self._committing.append(self._record(tally, self._score(tally), "pruned"))
        self._commit()

    def _score(self, tally: Tally) -> float:
        return self.objective.of(list(tally.scores(self.objective.metric).values()))

    def _oriented(self, score: float | None) -> float | None:
        return None if score is None else self.objective.oriented(score)

    def _record(self, tally: Tally, score: float | None, state: TrialState) -> TrialRecord:
        candidate = tally.candidate
        declared = plain(candidate.experiment.declared)
        changes, removed = differences(self.sweep.info.base, declared)
        values = list(tally.scores(self.objective.metric).values())
        fused = max((answer["fused"] for answer in tally.answers.values()), default=1)
        assert tally.started is not None
        return TrialRecord(
            number=candidate.number,
            key=candidate.key,
            state=tally.state or state,
            attempt=tally.attempt,
            overrides=[f"{key}={value}" for key, value in candidate.settings.items()],
            settings=candidate.settings,
            changes=changes,
            removed=removed,
            score=score,
            std=_spread(values) if score is not None else None,
            metrics=tally.metrics(self.objective),
            steps=tally.steps(),
            curves=tally.curves(),
            components=components_of(candidate.experiment, self.planner.libraries),
            data=self._data(candidate.experiment),
            started=tally.begun,
            seconds=tally.seconds or time.monotonic() - tally.started,
            waited=max(0.0, tally.started - tally.submitted),
            peak_bytes=tally.peak or None,
            model_bytes=tally.model_bytes,
            latency=tally.latency,
            fused=fused if fused > 1 else None,
            share=candidate.share,
            error=tally.error,
        )

    def _commit(self) -> None:
        if not self._committing:
            return
        records, self._committing = self._committing, []
        summaries = self.sweep.commit(records)
        self.committed += len(records)
        for record, summary in zip(records, summaries, strict=True):
            log = self.sweep.log_of(record.number)
            self.watcher.ended(summary, record.error.message if record.error else None, log)
            self.telling.ended(record, self._tallies[record.number].answers)

    def _leave(self) -> None:
        """The person wants to stop: what runs may end, then it is ended; both can be resumed."""
        self.crew.resize(0)
        until = time.monotonic() + self.interruption.grace
        while self.crew.running and time.monotonic() < until and not self.interruption.at_once:
            for told in self.crew.wait(0.1):
                self._hear(told)
        for ended in self.crew.stop():
            self._hear(ended)
        self._settle()


@dataclass
class Wave:
    """Trials that were asked for together. repetition: the one under way."""

    candidates: list[Candidate]
    repetition: int = 0


def _plain(nodes: Sequence[Node]) -> list[list[str]]:
    return [[node.key, node.name] for node in nodes]


def _spread(values: Sequence[float]) -> float | None:
    if len(values) < 2:
        return None
    mean = sum(values) / len(values)
    return float((sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5)
