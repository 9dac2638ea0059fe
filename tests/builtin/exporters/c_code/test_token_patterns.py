from __future__ import annotations

import re

import pytest

from runner_builtin.exporters.c_code.token_patterns import ranges_of, understood

TEXT = "Don't e-mail x_y 3.14 été ABC a b  c1 中文\n_"


@pytest.mark.parametrize(
    "pattern",
    [r"(?u)\b\w\w+\b", r"\b\w+\b", r"\w\w\w+", r"[a-z]+", r"[^\s,.]{2,}", r"\S+", r"(?u)\b\w{3,}\b", r"[\w'-]+"],
)
def test_a_pattern_of_runs_finds_what_python_finds(pattern: str) -> None:
    runs = understood(pattern)
    assert runs is not None
    inside = [any(first <= ord(one) <= last for first, last in ranges_of(runs.atom)) for one in TEXT]
    marked = "".join(one if yes else "\0" for one, yes in zip(TEXT, inside, strict=True))
    found = [run for run in marked.split("\0") if len(run) >= runs.shortest]
    assert found == re.findall(pattern, TEXT)


@pytest.mark.parametrize(
    "pattern", [r"\b[a-z]+\b", r"\w", r"[a-z]+\d+", r"(?i)[a-z]+", r"\w+?", r"\w[a-z]+", r"[z-a]+", r"(\w+)", r"\w*"]
)
def test_a_pattern_that_says_more_is_not_taken_for_one(pattern: str) -> None:
    assert understood(pattern) is None
