"""Why trials failed: the most frequent reasons, each with an example."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from runner.errors import ExitCode, RunnerError
from runner.record.read_sweep import Sweep
from runner.record.shelves import trial_name
from runner.record.sweeps import TRIALS, TrialSummary, read_trial
from runner.report.live_table import FAILED
from runner.report.short_names import near

#: What a trial printed, in its folder, if it printed anything.
LOG = "log.txt"
#: So many reasons are told; the rest are counted.
REASONS_SHOWN = 3


@dataclass(frozen=True)
class Failure:
    """One trial that failed. kind: of the error, such as "data" or "oom"; log: None if it said nothing."""

    number: int
    kind: str
    message: str
    log: Path | None = None

    @property
    def reason(self) -> str:
        """What failures of one cause have in common: the kind and the message's first line, numbers aside.

        >>> one = Failure(3, "data", "only 2 rows of class 'b'; 5 folds need 5")
        >>> one.reason == Failure(9, "data", "only 4 rows of class 'b'; 5 folds need 5").reason
        True
        """
        first = self.message.splitlines()[0] if self.message else ""
        return f"{self.kind}: {_NUMBER.sub('#', first)}"


@dataclass(frozen=True)
class Reason:
    """Failures of one cause. example: the one with the lowest number."""

    count: int
    example: Failure


_NUMBER = re.compile(r"\b0x[0-9a-f]+\b|\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def failures_of(sweep: Sweep, trials: Iterable[TrialSummary]) -> list[Failure]:
    """Read why the failed ones of these trials failed, from their records."""
    return [_failure(sweep, trial) for trial in trials if trial.state in FAILED]


def reasons(failures: Sequence[Failure]) -> list[Reason]:
    """Return the causes, the most frequent first, then by their first trial."""
    counts = Counter(failure.reason for failure in failures)
    examples: dict[str, Failure] = {}
    for failure in sorted(failures, key=lambda failure: failure.number):
        examples.setdefault(failure.reason, failure)
    found = [Reason(counts[text], example) for text, example in examples.items()]
    return sorted(found, key=lambda reason: (-reason.count, reason.example.number))


def failure_lines(failures: Sequence[Failure], trials: int) -> list[str]:
    """Tell in lines how many of the trials failed and why; empty where none did."""
    if not failures:
        return []
    found = reasons(failures)
    lines = [_opening(len(failures), trials), *(_line(reason) for reason in found[:REASONS_SHOWN])]
    rest = found[REASONS_SHOWN:]
    if rest:
        count = sum(reason.count for reason in rest)
        lines.append(f"  and {count:,} more for {len(rest):,} other reason{'s' * (len(rest) != 1)}")
    return lines


def show_failures(failures: Sequence[Failure], trials: int, console: Console) -> None:
    """Print why trials failed; nothing where none did. trials: how many have ended."""
    for line in failure_lines(failures, trials):
        console.print(Text(line), soft_wrap=True)


def exit_code(trials: Sequence[TrialSummary]) -> ExitCode:
    """Return how a sweep that came to its end ends its command: 1 if any trial failed, else 0."""
    return ExitCode.SOME_TRIALS_FAILED if any(trial.state in FAILED for trial in trials) else ExitCode.OK


def _failure(sweep: Sweep, trial: TrialSummary) -> Failure:
    folder = sweep.path / TRIALS / trial_name(trial.number)
    kind = trial.kind or trial.state
    try:
        record = read_trial(folder)
    except RunnerError as error:  # its record was damaged since: that it failed is still true
        return Failure(trial.number, kind, str(error))
    log = folder / LOG if LOG in record.files else None
    return Failure(trial.number, kind, "" if record.error is None else record.error.message, log)


def _opening(failed: int, trials: int) -> str:
    if failed == trials:
        every = f"all {trials:,} trials" if trials > 1 else "the only trial"
        return f"{every} failed: there is no best one, and nothing was exported"
    return f"{failed:,} of {trials:,} trials failed"


def _line(reason: Reason) -> str:
    example = reason.example
    first = example.message.splitlines()[0] if example.message else "no message"
    log = "" if example.log is None else f" · {near(example.log)}"
    return f"  {reason.count:,} × {example.kind}: {first} (trial {example.number}{log})"
