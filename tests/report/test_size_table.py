"""The model made smaller, step by step."""

import io

from rich.console import Console

from runner.record.sizes import Size
from runner.report.size_table import show_sizes

SIZES = [
    Size("trained", 36_000, 650, 640, 1.3e-4, {"accuracy": 0.95, "f1": None}),
    Size("quantize", None, 660, 650, 2.5e-3, {"accuracy": 0.94}),
]


def shown(metric):
    out = io.StringIO()
    show_sizes(SIZES, metric, Console(file=out))
    return [line.split() for line in out.getvalue().splitlines()]


def test_each_state_has_a_row_with_the_change_of_its_score():
    assert shown("accuracy") == [
        ["model", "accuracy", "change", "bytes", "parameters", "multiply-adds", "one", "row"],
        ["trained", "0.95", "36.0", "kB", "650", "640", "130", "µs"],
        ["quantize", "0.94", "-0.01", "–", "660", "650", "2.5", "ms"],
    ]


def test_without_a_metric_there_is_no_score():
    assert shown(None)[0] == ["model", "bytes", "parameters", "multiply-adds", "one", "row"]
