"""A pattern of the shell that fits several runs is told as what it is, by every command that takes one."""

import pytest

from runner.cli import main

OLD, NEW, SWEEP = "20261101T000000Z-aaaaaaaa", "20261102T000000Z-bbbbbbbb", "sweep-0123456789ab"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (OLD, NEW, SWEEP, "0001"):
        (tmp_path / "o" / name).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "one"),
    [
        ("show {old} {new}", "run"),
        ("verify {old} {new}", "run"),
        ("report {old} {new}", "run"),
        ("ship {new} {old} --refit", "run"),
        ("replay --keep {old} {new}", "run"),
        ("serve --port 0 {old} {new}", "run"),
        ("drift {old} {new} rows.csv", "run"),
        ("drift {old} {new}", "run"),
        ("predict {old} {new} rows.csv answers.csv", "run"),
        ("why {old} {new}", "sweep"),
        ("resume {old} {new}", "sweep"),
        ("ls {old} {new}", "experiment or sweep"),
    ],
)
def test_of_several_folders_one_is_asked_for_and_the_newest_named(here, capsys, words, one):
    assert main(words.format(old=f"o/{OLD}", new=f"o/{NEW}").split()) == 2
    told = capsys.readouterr()
    assert f"'runner {words.split()[0]}' takes one {one}, and 2 folders were given: 'o/{OLD[:6]}" in told.err
    assert told.err.endswith(f"Name one of them. The newest is 'o/{NEW}'.\n")


def test_many_folders_are_told_in_short_and_of_sweeps_none_is_the_newest(here, capsys):
    folders = [f"o/{SWEEP}"] * 7
    assert main(["show", *folders]) == 2
    told = capsys.readouterr().err
    assert told.endswith(f"'o/{SWEEP}', … (7 in all). Name one of them.\n")


def test_a_folder_behind_a_flag_and_the_number_of_a_trial_are_no_runs(here, capsys, monkeypatch):
    assert main(["report", f"o/{OLD}", "--to", f"o/{NEW}"]) == 2
    monkeypatch.chdir(here / "o")
    assert main(["show", SWEEP, "0001"]) == 2
    assert "folders were given" not in capsys.readouterr().err


def test_a_command_that_needs_none_has_none(here, capsys):
    assert main(["ls"]) == 0
    assert main(["ls", "--outputs", "o", "--json"]) == 0
    assert "folders were given" not in capsys.readouterr().err


def test_a_command_that_takes_several_has_them(here, capsys):
    assert main(["compare", f"o/{OLD}", f"o/{NEW}", "--by", "seed"]) == 2
    assert "no finished run" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["verify", "2026", "more"], ["show", "2026", "--jsn"]])
def test_another_word_too_many_is_named(here, capsys, words):
    with pytest.raises(SystemExit):
        main(words)
    assert f"has no place for {words[-1]!r}" in capsys.readouterr().err


def test_what_is_no_number_of_a_trial_is_told_with_what_lists_them(here, capsys):
    with pytest.raises(SystemExit):
        main(["show", "sweep-", "best"])
    assert "'best' is no number of a trial, such as 3; 'runner ls SWEEP' lists them" in capsys.readouterr().err
