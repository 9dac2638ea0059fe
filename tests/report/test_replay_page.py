from __future__ import annotations

from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console

from runner.record.comparing_inputs import Fact
from runner.record.comparing_runs import Comparison
from runner.record.read import Run
from runner.report.replay_page import replay_data, show_replay

RAW = Fact("raw", "abc", "abc", True)
MODEL = Fact("model, fold 1", "abc", "def", False)
UNKNOWN = Fact("clean", "not recorded", "abc", None)


def page(run: Path, comparison: Comparison, lacks: Sequence[str] = ()) -> str:
    console = Console(file=StringIO(), width=100)
    show_replay(Run.open(run), comparison, lacks, None, console)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_the_verdict_is_the_last_line(make_run: Callable[..., Path]) -> None:
    run = make_run()
    lines = page(run, Comparison([], [RAW, UNKNOWN], [], 1e-9), ["this CPU lacks avx2"]).splitlines()
    assert lines[-1] == f"{run.name}: the same, bit by bit, as far as was recorded (1 of 2 stages were not)"
    assert "note: this CPU lacks avx2" in lines


def test_the_first_difference_is_named_with_what_may_explain_it(make_run: Callable[..., Path]) -> None:
    kernel = Fact("kernel", "openblas Haswell", "openblas Zen", False)
    shown = page(make_run(), Comparison([kernel], [RAW, MODEL], [], 1e-9))
    assert "the first stage that differs: model, fold 1" in shown
    assert "may be due to kernel: openblas Haswell then, openblas Zen now" in shown
    assert shown.rstrip().endswith("within tolerance")


def test_numbers_that_agree_are_counted_where_there_are_many(make_run: Callable[..., Path]) -> None:
    numbers = [Fact(f"f1, fold {fold}", "0.5", "0.5", True) for fold in range(30)]
    shown = page(make_run(), Comparison([], [RAW], [*numbers, Fact("f1, total", "0.5", "0.6", False)], 1e-9))
    assert "30 numbers agree" in shown
    assert "f1, total" in shown
    assert "fold 7" not in shown


def test_the_same_is_told_as_data(make_run: Callable[..., Path]) -> None:
    run = make_run()
    told = replay_data(Run.open(run), Comparison([], [RAW, MODEL], [], 1e-9), ["lack"], None)
    assert (told["run"], told["verdict"], told["first"]) == (run.name, "different", "model, fold 1")
    assert told["bits"][0] == {"what": "raw", "then": "abc", "now": "abc", "same": True}
