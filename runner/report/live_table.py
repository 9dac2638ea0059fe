"""What a person sees while a sweep goes on: a few moving lines on a terminal, plain lines in a pipe.

Nothing here runs by itself: the driver tells what happened and calls `tick` while it waits, so that no thread
is alive when it starts a worker.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from runner.plan.outline import Outline
from runner.record.sweeps import TrialSummary
from runner.report.leaderboard import Direction, finite
from runner.report.plan_view import plan_lines
from runner.report.short_names import near, settings_line
from runner.report.tables import number, seconds

#: States of a trial that has gone wrong.
FAILED = frozenset({"failed", "diverged", "timeout", "oom", "killed"})
#: How often a terminal is redrawn, and a pipe given a line, at most: in seconds.
REDRAWN_EVERY = 0.25
LINE_EVERY = 10.0
#: The time left is told from so many of the last trials.
RECENT = 200

Clock = Callable[[], float]


class SweepProgress:
    """How far a sweep is. direction: of its objective; workers: how many trials run at once; clock: monotonic."""

    def __init__(self, direction: Direction, workers: int, clock: Clock = time.monotonic) -> None:
        self.direction, self.workers, self.clock = direction, workers, clock
        self.total = self.ended_here = self.failed = 0
        self.resumed: set[int] = set()
        self.running: set[int] = set()
        self._states: dict[int, str] = {}
        self.best: TrialSummary | None = None
        self.begun = clock()
        self._took: deque[float] = deque(maxlen=RECENT)
        self._ends: deque[float] = deque([self.begun], maxlen=RECENT + 1)

    @property
    def done(self) -> int:
        """How many trials have come to their end, in this command or an earlier one."""
        return len(self.resumed) + self.ended_here

    def planned(self, total: int, resumed: Iterable[TrialSummary] = ()) -> None:
        """Set how many trials there are in all; a search may add some. resumed: done by an earlier command."""
        self.total = total
        for trial in resumed:
            self.resumed.add(trial.number)
            self._compare(trial)

    def started(self, number: int) -> None:
        """Note that a trial runs; one that ends a second time, after a retry, is counted as it ends then."""
        self.running.add(number)
        before = self._states.pop(number, None)
        self.ended_here -= before is not None
        self.failed -= before in FAILED

    def ended(self, trial: TrialSummary) -> None:
        """Note how a trial ended. One that was interrupted is at rest, and still to do."""
        self.running.discard(trial.number)
        if trial.state == "interrupted":
            return
        self._states[trial.number] = trial.state
        self.ended_here += 1
        self.failed += trial.state in FAILED
        self._ends.append(self.clock())
        self._took.append(trial.seconds)
        self._compare(trial)

    def left(self) -> float | None:
        """Return the seconds that are left, from the pace of the recent trials; None before the first has ended."""
        if not self._took:
            return None
        pace = (self._ends[-1] - self._ends[0]) / len(self._took)
        if len(self._took) < 2 * self.workers:
            # The first trials of all workers end together, so the pace alone would promise too much time.
            pace = min(pace, sum(self._took) / len(self._took) / self.workers)
        return max(0, self.total - self.done) * pace

    def elapsed(self) -> float:
        """Return the seconds since the command began."""
        return max(0.0, self.clock() - self.begun)

    def _compare(self, trial: TrialSummary) -> None:
        if trial.state == "done" and finite(trial.score) and _better(trial, self.best, self.direction):
            self.best = trial


class Watch:
    """Shows a progress: redrawn on a terminal, seldom a line in a pipe; a failure at once in both."""

    def __init__(self, progress: SweepProgress, out: Console, live: Live | None) -> None:
        self._progress, self._out, self._live = progress, out, live
        self._every = LINE_EVERY if live is None else REDRAWN_EVERY
        self._shown_at, self._shown = progress.clock(), ""

    def planned(self, outline: Outline, trials: int, resumed: Sequence[TrialSummary]) -> None:
        """Show the plan before it is carried out; of a search, which makes several, the first. trials: in all."""
        if not self._progress.total:
            for line in plan_lines(outline, self._progress.workers):
                self._out.print(Text(line), soft_wrap=True)
        self._progress.planned(trials, resumed)

    def started(self, number: int) -> None:
        """Tell the progress that a trial runs."""
        self._progress.started(number)
        self.tick()

    def ended(self, trial: TrialSummary, message: str | None = None, log: Path | None = None) -> None:
        """Tell the progress how a trial ended. message, log: of a failure."""
        self._progress.ended(trial)
        if trial.state in FAILED:
            self._out.print(failure_line(trial, message, log), soft_wrap=True)
        self.tick()

    def tell(self, line: str) -> None:
        """Print a line above what moves."""
        self._out.print(Text(line), soft_wrap=True)

    def tick(self) -> None:
        """Show how far the sweep is, unless that was done a moment ago. To be called while nothing happens, too."""
        if self._progress.clock() - self._shown_at >= self._every:
            self.show()

    def show(self) -> None:
        """Show how far the sweep is; a pipe is not told the same twice."""
        self._shown_at = self._progress.clock()
        if self._live is not None:
            self._live.update(drawn(self._progress), refresh=True)
            return
        line = " · ".join(filter(None, (progress_line(self._progress), best_line(self._progress))))
        if line != self._shown:
            self._out.print(Text(line), soft_wrap=True)
            self._shown = line


@contextmanager
def watching(progress: SweepProgress, out: IO[str]) -> Iterator[Watch]:
    """Give what shows a sweep on `out` until the block ends; then its last state is shown."""
    console = Console(file=out, highlight=False)
    if not console.is_terminal:
        watch = Watch(progress, console, None)
        try:
            yield watch
        finally:
            watch.show()
        return
    screen = Live(drawn(progress), console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
    with screen as live:
        watch = Watch(progress, console, live)
        try:
            yield watch
        finally:
            watch.show()


def drawn(progress: SweepProgress) -> Group:
    """Lay out the moving lines."""
    bar = Table.grid(padding=(0, 1))
    bar.add_row(
        ProgressBar(total=max(1, progress.total), completed=progress.done, width=30),
        Text(progress_line(progress), no_wrap=True, overflow="ellipsis"),
    )
    winner = best_line(progress)
    return Group(bar, *([Text(winner, no_wrap=True, overflow="ellipsis")] if winner else []))


def progress_line(progress: SweepProgress) -> str:
    """Say how far the sweep is: done, running, failed, time left or, at the end, taken."""
    left = progress.left() if progress.done < progress.total else None
    parts = [
        f"{progress.done:,}/{progress.total:,} trials",
        f"{len(progress.running):,} running" if progress.running else "",
        f"{progress.failed:,} failed" if progress.failed else "",
        f"{seconds(left)} left" if left is not None else f"{seconds(progress.elapsed())} so far",
    ]
    return " · ".join(part for part in parts if part)


def best_line(progress: SweepProgress) -> str:
    """Tell the best so far with its settings; empty before there is one."""
    trial = progress.best
    if trial is None:
        return ""
    told = settings_line(trial.settings)
    return f"best: {number(trial.score)} (trial {trial.number}{': ' if told else ''}{told})"


def failure_line(trial: TrialSummary, message: str | None, log: Path | None) -> Text:
    """Tell of one failure: which trial, what happened in the first words of its message, and where its log is."""
    reason = f" ({trial.kind})" if trial.kind and trial.kind != trial.state else ""
    first = f": {message.splitlines()[0]}" if message else ""
    where = f" · {near(log)}" if log is not None else ""
    return Text.assemble((f"trial {trial.number} {trial.state}", "red"), f"{reason}{first}{where}")


def _better(trial: TrialSummary, than: TrialSummary | None, direction: Direction) -> bool:
    """Compare by score, then by number, so that the order in which trials end does not matter."""
    if than is None or than.score is None or trial.score is None:
        return True
    if trial.score == than.score:
        return trial.number < than.number
    return trial.score > than.score if direction == "maximize" else trial.score < than.score
