"""`runner doctor` from the command line: what it looks at, its exit codes, and that it never shows a traceback."""

import importlib.util
import json

import pytest

from runner.cli import main


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys):
    return json.loads(capsys.readouterr().out)


def test_where_all_is_well_it_says_so_and_leaves_nothing_behind(here, capsys):
    assert main(["doctor", "experiment=digits"]) == 0
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if not line.startswith(" ")] == [
        "environment", "threads and BLAS", "plugins", "outputs", "sweeps", "store", "experiment", "all is well",
    ]  # fmt: skip
    assert list(here.iterdir()) == []


def test_an_extra_that_the_experiment_lacks_is_told_with_what_brings_it(here, capsys, monkeypatch):
    monkeypatch.setattr("runner.doctor.extras.find_spec", lambda name: None if name == "pyarrow" else name)
    words = ["source=parquet", "source.path=x", "source.target=y", "splitter=holdout", "model=Ridge", "metrics=[r2]"]
    assert main(["doctor", *words, "--json"]) == 4
    (wrong,) = [row for row in told(capsys)["findings"] if row["state"] == "wrong"]
    assert wrong["mend"] == "pip install 'runner-ml[parquet]'"


@pytest.mark.parametrize(("word", "extra"), [("report=html", "report"), ("interpret.shap=true", "shap")])
def test_what_a_setting_lacks_is_told_too(here, capsys, monkeypatch, word, extra):
    real = importlib.util.find_spec
    monkeypatch.setattr("runner.report.html.document.find_spec", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *rest: None if name == "shap" else real(name, *rest))
    assert main(["doctor", "+experiment=digits", word, "--json"]) == 4
    (wrong,) = [row for row in told(capsys)["findings"] if row["state"] == "wrong"]
    assert wrong["mend"] == f"pip install 'runner-ml[{extra}]'"


def test_a_word_that_is_no_override_is_told_how_an_experiment_is_named(here, capsys):
    assert main(["doctor", "digits", "--json"]) == 2
    (wrong,) = [row for row in told(capsys)["findings"] if row["state"] == "wrong"]
    assert "an experiment is named by '+experiment=NAME'" in wrong["what"]


def test_a_declaration_that_cannot_be_is_a_finding_with_its_own_code(here, capsys):
    assert main(["doctor", "+experiment=digitz", "--json"]) == 2
    (wrong,) = [row for row in told(capsys)["findings"] if row["state"] == "wrong"]
    assert "Did you mean 'digits'" in wrong["what"]


def test_the_worst_finding_decides(here, capsys):
    (here / "runner_plugins.py").write_text("1 / 0")
    assert main(["doctor", "--json"]) == 4
    (wrong,) = [row for row in told(capsys)["findings"] if row["state"] == "wrong"]
    assert "ZeroDivisionError" in wrong["what"]
    (here / "elsewhere" / ".store" / "00" / "no key").mkdir(parents=True)
    assert main(["doctor", "--json", "--outputs", "elsewhere"]) == 5
    assert [row["code"] for row in told(capsys)["findings"] if row["state"] == "wrong"] == [4, 5]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["-m", "+experiment=digits", "seed=1,2"], "looks at one experiment: leave '-m' out"),
        (["--cfg", "job", "+experiment=digits"], "has no flag '--cfg'"),
        (["--outpts=x"], "has no flag '--outpts'. Did you mean '--outputs'?"),
        (["--outputs="], "'--outputs' is followed by a folder"),
    ],
)
def test_flags_that_have_no_meaning_here_are_refused(here, capsys, words, what):
    assert main(["doctor", *words]) == 2
    assert what in capsys.readouterr().err


def test_the_outputs_folder_may_be_given_with_an_equals_sign(here, capsys):
    assert main(["doctor", "--outputs=elsewhere"]) == 0
    assert "'elsewhere' is not there yet" in capsys.readouterr().out


def test_hidden_plugins_are_told_and_so_are_names_of_nobody(here, capsys, monkeypatch):
    monkeypatch.setenv("RUNNER_DISABLE", "runner_plugins,runner-mll")
    (here / "runner_plugins.py").write_text("")
    assert main(["doctor", "--json"]) == 0
    notes = [row["what"] for row in told(capsys)["findings"] if "RUNNER_DISABLE" in row["what"]]
    assert notes[0].endswith("is hidden by RUNNER_DISABLE=runner_plugins")
    assert notes[1].startswith("RUNNER_DISABLE names 'runner-mll', which is no plugin. Did you mean 'runner-ml'")


def test_a_sweep_is_refused_and_a_flag_without_its_folder(here, capsys):
    assert main(["doctor", "+experiment=digits", "repeat.seeds=3"]) == 2
    assert "'runner doctor' looks at one experiment" in capsys.readouterr().out
    assert main(["doctor", "--outputs"]) == 2


def test_help_tells_what_it_looks_at(capsys):
    assert main(["doctor", "--help"]) == 0
    assert "4 for plugins and packages, 5 for disks" in capsys.readouterr().out
