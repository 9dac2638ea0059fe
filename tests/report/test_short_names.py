from __future__ import annotations

from pathlib import Path

from runner.report.short_names import near, short_names


def test_a_key_that_is_the_ending_of_another_stays_whole() -> None:
    assert short_names(["l2", "model.l2"]) == {"l2": "l2", "model.l2": "model.l2"}


def test_one_key_given_twice_is_still_unambiguous() -> None:
    assert short_names(["model.l2", "model.l2"]) == {"model.l2": "l2"}


def test_a_path_below_is_named_from_here_and_one_elsewhere_in_full(monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert near(tmp_path / "here" / "log.txt") == "log.txt"
    assert near(tmp_path / "log.txt") == str(tmp_path / "log.txt")
