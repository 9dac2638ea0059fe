"""A sweep in front of a person: the plan, how it goes, who won, and why some did not finish."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from rich.console import Console

from runner.catalogue import Catalogue
from runner.errors import ExitCode
from runner.plan.outline import Outline
from runner.record.read import Run
from runner.record.read_sweep import Sweep
from runner.record.sweeps import TrialSummary
from runner.report.failures import exit_code, failures_of, show_failures
from runner.report.leaderboard import Chosen, show_leaderboard
from runner.report.live_table import FAILED, SweepProgress, Watch, watching
from runner.report.pages import pages_told
from runner.report.plan_view import show_plan
from runner.report.standing import evidence_of
from runner.report.tables import number
from runner.trials.crew import Crew
from runner.trials.interruption import SweepInterrupted
from runner.trials.sweeping import SweepOutcome, Wanted, sweep


class Shown:
    """Watches a sweep and shows it. plan_only: the plan is drawn as a tree, and nothing else."""

    shows = True

    def __init__(self, out: IO[str], *, plan_only: bool) -> None:
        self._out = out
        self._plan_only = plan_only
        self._stack = ExitStack()
        self._watch: Watch | None = None
        self._workers = 1

    def opened(self, folder: Path, direction: str | None, workers: int) -> None:
        """Begin to show."""
        self._workers = workers
        if not self._plan_only:
            print(f"sweep {_near(folder)}", file=self._out)
            progress = SweepProgress(direction, workers)  # type: ignore[arg-type]
            self._watch = self._stack.enter_context(watching(progress, self._out))

    def planned(self, outline: Outline, trials: int, resumed: Sequence[TrialSummary]) -> None:
        """Show the plan."""
        if self._watch is None:
            show_plan(outline, self._workers, Console(file=self._out, highlight=False), tree=True)
        else:
            self._watch.planned(outline, trials, resumed)

    def started(self, number: int) -> None:
        """Pass it on."""
        if self._watch is not None:
            self._watch.started(number)

    def ended(self, trial: TrialSummary, message: str | None, log: Path | None) -> None:
        """Pass it on."""
        if self._watch is not None:
            self._watch.ended(trial, message, log)

    def tick(self) -> None:
        """Pass it on."""
        if self._watch is not None:
            self._watch.tick()

    def tell(self, line: str) -> None:
        """Print it."""
        if self._watch is None:
            print(line, file=self._out)
        else:
            self._watch.tell(line)

    def close(self) -> None:
        """Stop showing."""
        self._stack.close()


def sweep_shown(wanted: Wanted, catalogue: Catalogue, crew: Crew | None) -> tuple[int, Sequence[TrialSummary]]:
    """Carry out a sweep in front of a person; return the exit code and the trials. Raises as the sweep does."""
    shown = Shown(sys.stdout, plan_only=wanted.plan_only)
    try:
        outcome = sweep(wanted, catalogue, shown, crew)
    finally:
        shown.close()
    if wanted.plan_only:
        return ExitCode.OK, ()
    return _told(outcome, Console(file=sys.stdout, highlight=False, markup=False)), outcome.trials


def _told(outcome: SweepOutcome, console: Console) -> int:
    trials = outcome.trials
    objective = outcome.objective
    if trials and objective.direction is not None and objective.metric is not None and outcome.path is not None:
        evidence = evidence_of(Sweep.open(outcome.path), trials, objective.direction, objective.metric)
        show_leaderboard(trials, objective.direction, console, evidence=evidence, chosen=_chosen(outcome))
    failed = [trial for trial in trials if trial.state in FAILED]
    if failed and outcome.path is not None:
        show_failures(failures_of(Sweep.open(outcome.path), failed), len(trials), console)
    for note in dict.fromkeys(outcome.notes):
        console.print(f"note: {note}", style="dim", soft_wrap=True)
    if outcome.signal is not None:
        raise SweepInterrupted(
            f"interrupted: {len(trials)} trials are done and kept. The same command, or 'runner resume "
            f"{_near(outcome.path)}', goes on from there.",
            outcome.signal,
        )
    if outcome.stopped is not None:
        console.print(f"stopped: {outcome.stopped}", style="bold", soft_wrap=True)
    if outcome.run is not None and outcome.best is not None:
        word = "best" if outcome.choice is None or outcome.choice.best == outcome.best.number else "chosen"
        console.print(f"{word}: trial {outcome.best.number}, run whole in {_near(outcome.run)}", soft_wrap=True)
        _tell_judgement(outcome.run, objective.metric, console)
    if outcome.unbeaten:
        measures = " and ".join([str(objective.metric), *outcome.against])
        console.print(
            f"{len(outcome.unbeaten)} of {len(trials)} trials are beaten by no other in {measures}: "
            f"runner compare {_near(outcome.path)} --pareto",
            soft_wrap=True,
        )
    for line in pages_told(outcome.path) if outcome.report == "html" and outcome.path is not None else ():
        console.print(line, soft_wrap=True)
    return exit_code(trials)


def _tell_judgement(run: Path, metric: str | None, console: Console) -> None:
    """Tell how the winner did on rows that no trial was chosen by, where the splitter keeps such rows."""
    total = Run.open(run).scores.total.get(f"test/{metric}")
    if total is not None and not isinstance(total.mean, list):
        console.print(f"on test rows, by which no trial was chosen: {metric} {number(total.mean)}", soft_wrap=True)


def _chosen(outcome: SweepOutcome) -> Chosen | None:
    return None if outcome.choice is None else Chosen(outcome.choice.number, outcome.choice.why)


def _near(path: Path | None) -> str:
    if path is None:
        return ""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
