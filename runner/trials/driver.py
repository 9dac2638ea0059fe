"""The driver of a sweep: asks for trials, plans them, has them carried out, and writes down how each went.

One process decides and writes; workers compute and write nothing but their logs. So whatever is killed, what
was committed stays as it is, and the same command goes on from there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from runner.plan.experiment import Experiment
from runner.plan.explaining import Ran, flat, merged
from runner.plan.explaining import differences as differences_of
from runner.plan.lineage import lineage, repeated
from runner.plan.streamed import streams
from runner.record.plain import plain
from runner.record.records import ErrorRecord
from runner.record.sweep_folder import SweepFolder
from runner.record.sweeps import TrialState, TrialSummary
from runner.trials.candidate import Candidate, components_of, key_of
from runner.trials.crew import Crew
from runner.trials.drift import Drift
from runner.trials.far_crew import FarCrew
from runner.trials.interruption import Interruption
from runner.trials.job_graph import JobGraph, apart
from runner.trials.ledger import Ledger
from runner.trials.options import Options
from runner.trials.orders import Orders, to_count_folds
from runner.trials.planning import Job, Planner
from runner.trials.questions import Asked, Questions
from runner.trials.surveying import Surveyor
from runner.trials.tally import Objective, Tally, cannot_win
from runner.trials.task import Ended, Said
from runner.trials.telling import Telling
from runner.trials.tree import Known, outline
from runner.trials.watcher import Watcher

#: Mistakes in the declaration and in the data: the same for every trial, so that five of them tell enough.
_SAME_FOR_ALL = frozenset({"config", "plugin", "data", "input_changed"})
#: So many orders are given to the crew for each of its workers: what lies there begins even after a stop.
_AHEAD = 4
#: An attempt that broke with its worker is made once more.
_ATTEMPTS = 2


@dataclass
class Wave:
    """Trials that were asked for together. repetition: the one under way."""

    candidates: list[Candidate]
    repetition: int = 0


@dataclass
class Driver:
    """Carries out the trials of one sweep. first: what the search has asked for already."""

    sweep: SweepFolder
    crew: Crew | FarCrew
    planner: Planner
    questions: Questions
    ledger: Ledger
    orders: Orders
    objective: Objective
    options: Options
    watcher: Watcher
    telling: Telling
    interruption: Interruption
    drift: Drift
    surveyor: Surveyor
    first: Sequence[Asked] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    counts: Known = field(default_factory=Known)
    stopped: str | None = None
    _jobs: JobGraph = field(default_factory=JobGraph)
    _tallies: dict[int, Tally] = field(default_factory=dict)
    _tries: Counter[str] = field(default_factory=Counter)
    _mistakes: Counter[str] = field(default_factory=Counter)
    _waves: list[Wave] = field(default_factory=list)
    _planned: set[int] = field(default_factory=set)
    _at_rest: dict[int, None] = field(default_factory=dict)

    def carry_out(self) -> list[int]:
        """Run until the search is done; return the numbers of the trials of this sweep, in order."""
        begun = time.monotonic()
        self.questions.remember()
        self.surveyor.hear = self._hear
        self._take_up(self.first)
        self._ask()
        while self._jobs or self._waves:
            if self.interruption.signal is not None:
                break
            if self.stopped is None and self.options.time and time.monotonic() - begun > self.options.time:
                self.stopped = f"the time budget of {self.options.time:g} s is used up"
            if self.stopped is not None and not self._jobs.given:
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
        while self.stopped is None and self.interruption.signal is None and not self.questions.done:
            asked = self.questions.ask()
            if not asked:
                return
            self._take_up(asked)

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
            if number not in self._tallies and self.questions.answered(one.trial, number, summary):
                if summary is not None and self.questions.is_through(summary) and number not in fresh:
                    resumed.append(summary)
                continue
            self.questions.wait(one.trial, number)
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
            self.ledger.data_of(experiment),
        )
        return differences_of(Ran(flat(declared), record.components, record.data), now)

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
        answer = self.surveyor.order(to_count_folds(experiment, descent))
        self.planner.counted[split.key] = answer["folds"]

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
        self._jobs.enter(job)
        if job.do != "prepare":
            for candidate in job.candidates:
                self._tallies[candidate.number].pending.add(job.id)

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
        self.ledger.commit()

    def _in_the_race(self, tallies: Sequence[Tally]) -> list[Tally]:
        scored = [tally for tally in self._tallies.values() if tally.scores(self.objective.metric)]
        if not scored:
            return list(tallies)
        best = max(scored, key=lambda tally: self.objective.oriented(self.ledger.score(tally)))
        return [
            tally
            for tally in tallies
            if not tally.candidate.experiment.repeat.race or not cannot_win(tally, best, self.objective)
        ]

    # --- giving orders and hearing of them -------------------------------------------------------------

    def _give(self) -> None:
        """Hand ready jobs to the crew, not more than it can soon begin."""
        jobs = self._jobs
        while jobs.ready and len(jobs.given) < _AHEAD * self.orders.workers:
            job = jobs[jobs.ready.popleft()]
            tallies = [] if job.do == "prepare" else [self._tallies[one.number] for one in job.candidates]
            if tallies and all(tally.state is not None for tally in tallies):
                self._through(job)
                continue
            for tally in tallies:
                self._begin(tally)
            self._hand_over(job)

    def _hand_over(self, job: Job, *, alone: bool = False, again: bool = False) -> None:
        """Give a job to the crew. alone: nothing else runs beside it. again: whoever takes it remembers nothing."""
        tally = self._tallies.get(job.candidates[0].number)
        busy = len(self._jobs.ready) + len(self._jobs.given) + 1
        task = self.orders.of(job, tally.attempt if tally is not None else 0, busy)
        self.crew.submit(replace(task, alone=alone, keep=None, pinned=False) if again else task)
        self._jobs.given.add(job.id)

    def _begin(self, tally: Tally) -> None:
        if tally.started is None:
            tally.attempt = self.sweep.next_attempt(tally.candidate.number)
            self.sweep.begin(tally.candidate.number, tally.attempt)
            tally.started, tally.begun = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
            self.watcher.started(tally.candidate.number)
            self.telling.started(tally.candidate.number, tally.candidate.settings, tally.attempt)

    def _hear(self, told: Said | Ended) -> None:
        if isinstance(told, Said):
            return
        job = self._jobs[told.task]
        self._jobs.given.discard(job.id)
        if told.state == "done":
            assert told.answer is not None
            self._take(job, told)
            self._through(job)
        elif told.state == "interrupted":
            self._jobs.ready.appendleft(job.id)
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
        self._jobs.end(job)
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
            self._hand_over(job, alone=ended.state == "oom", again=True)
            return
        if job.do == "together" and len(job.candidates) > 1:
            for own in apart(job):
                self._enter(own)
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
        for candidate in self._jobs.hanging_on(job):
            tally = self._tallies[candidate.number]
            state: TrialState = ended.state if ended.state in ("timeout", "oom", "killed") else "failed"
            tally.fail(state, ErrorRecord(ended.error.kind, ended.error.message))
            tally.peak = max(tally.peak, ended.peak_bytes)
        self._through(job)
        if ended.error.kind in _SAME_FOR_ALL:
            self._count_mistake(ended.error, len(self._jobs.hanging_on(job)))

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
        """Tell the search how a trial went, and write it down unless it may be trained further."""
        self._begin(tally)
        record = self.ledger.close(tally, raced=raced)
        tally.finished = True
        self.questions.tell(record)
        if tally.state is not None or tally.candidate.share >= 1.0 or raced:
            self.ledger.enter(record, tally)

    def _prune(self) -> None:
        """Write down the trials that the search did not ask to be trained to the end."""
        for tally in self._tallies.values():
            if tally.candidate.share < 1.0 and tally.state is None and tally.answers:
                self.ledger.enter(self.ledger.record(tally, "pruned"), tally)
        self.ledger.commit()

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
