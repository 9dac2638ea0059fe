"""Mistakes on the command line and in config files: one message, exit code 2, and nothing on disk."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from runner.record.read_sweep import Sweep
from runner.testing import Outcome, Project

EXPERIMENT = """\
# @package _global_
defaults:
  - /experiment/digits
  - _self_
"""


def refused(project: Project, *words: str, code: int = 2) -> Outcome:
    """Run, and check what every refusal has in common."""
    outcome = project.run(*words).assert_code(code)
    assert "Traceback" not in outcome.err
    assert outcome.err.startswith("error: ")
    assert not (project.folder / "outputs").exists()
    return outcome


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.mark.fault("F38")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["+experiment=digitz"], "experiment 'digitz' does not exist. Did you mean 'digits'?"),
        (
            ["+experiment=digits", "model=softmx"],
            "model 'softmx' is not offered by any plugin. Did you mean 'softmax'?",
        ),
        (["experiment=digits", "cleaners=[drop_mising]"], "Did you mean 'drop_missing'"),
        (["experiment=digits", "optimizer.lerning_rate=1"], "optimizer 'momentum' has no option 'lerning_rate'."),
        (["experiment=digits", "optimizer.lerning_rate=1"], "'optimizer.lerning_rate=1' on the command line"),
        (["experiment=digits", "+model.typo=1"], "model 'softmax' has no option 'typo'. Did you mean 'dtype'?"),
        (["experiment=digits", "transforms.image_to_matrx.scale=1"], "Did you mean 'image_to_matrix'?"),
        (["experiment=digits", "cleaners.clip.lower=1"], "there is no step 'clip' among the cleaners"),
        (["experiment=digits", "optimzer=adam"], "there is no setting 'optimzer' here. Did you mean 'optimizer'?"),
        (["experiment=digits", "model.use=mlp"], "chosen by 'model=NAME', not by setting 'use'"),
        (["experiment=digits", "optimizer=null"], "to choose nothing, write 'optimizer=none'"),
        (["experiment=digits", "optimizer=none", "optimizer.learning_rate=1"], "no optimizer is chosen"),
        ([], "no source is chosen. Choose an experiment"),
        (["lss"], "there is no command 'lss'. Did you mean 'ls'?"),
        (["experiment=digits", "--cfg", "job", "-m"], "only one of --run, --multirun, --cfg"),
        (["experiment=digits", "--config-name", "x"], "'--config-name' does not exist here"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_typo_is_told_with_the_nearest_name(project: Project, words: list[str], told: str) -> None:
    assert told in refused(project, *words).err


def test_a_metric_that_does_not_fit_the_model_is_refused_before_a_run_folder_is_made(project: Project) -> None:
    outcome = project.run("experiment=digits", "metrics=[r2]").assert_code(2)
    assert "metrics.r2: metric 'r2' is for regression, but model 'softmax' is for classification" in outcome.err
    assert not list((project.folder / "outputs").glob("*/*"))


def test_an_option_that_only_scikit_learn_can_judge_is_refused_before_a_run_folder_is_made(project: Project) -> None:
    words = ["source=sklearn_dataset", "source.name=iris", "splitter=holdout", "model=RandomForestClassifier"]
    outcome = project.run(*words, "model.n_estimators=many").assert_code(2)
    assert "model: model 'RandomForestClassifier': The 'n_estimators' parameter" in outcome.err
    assert "Traceback" not in outcome.err
    assert not list((project.folder / "outputs").glob("*/*"))


@pytest.mark.fault("F38")
def test_a_typo_in_a_file_is_told_with_file_and_line(project: Project) -> None:
    path = project.write("conf/experiment/mine.yaml", EXPERIMENT + "model:\n  epoch: 3\n")
    told = refused(project, "+experiment=mine").err
    assert f"model.epoch ({path}, line 6): model 'softmax' has no option 'epoch'. Did you mean 'epochs'?" in told


@pytest.mark.fault("F38")
@pytest.mark.parametrize(
    ("defaults", "words"),
    [
        ("[digits]", ["+experiment=mine", "model=small"]),
        ("[digits]", ["-m", "+experiment=mine", "model=softmax,small"]),
        ("[digits, {override /model: small}]", ["+experiment=mine"]),
        ("[/experiment/digits, {override /model: small}]", ["-m", "+experiment=mine", "model.l2=0.1,0.2"]),
        ("[digits, {override /model: small}, _self_]", ["+experiment=mine", "seed=3"]),
    ],
)
def test_a_typo_in_a_preset_is_told_with_file_and_line(project: Project, defaults: str, words: list[str]) -> None:
    path = project.write("conf/model/small.yaml", "defaults: [softmax, _self_]\n\nepoch: 3\n")
    project.write("conf/experiment/mine.yaml", f"# @package _global_\ndefaults: {defaults}\n")
    assert f"model.epoch ({path}, line 3): model 'softmax' has no option 'epoch'." in refused(project, *words).err


@pytest.mark.fault("F38")
@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("defaults: 3", "'defaults' is a list of configs, such as [digits, {override /model: ridge}], not 3"),
        ("defaults: {a: b}", "'defaults' is a list of configs, such as"),
        ("defaults: [digits, null]", "not None"),
        ("defaults: [[digits]]", "not ['digits']"),
        ("defaults: [{model: {a: b}}]", "not {'model': {'a': 'b'}}"),
        ("defaults: [{model: a, source: b}]", "not {'model': 'a', 'source': 'b'}"),
        ("defaults: [{3: b}]", "not {3: 'b'}"),
        ("# @also", "Expected header format: KEY VALUE, got '@also'"),
        ("# @package a b", "Too many components in '@package a b'"),
    ],
)
def test_a_head_that_is_none_is_told_with_the_file(project: Project, head: str, told: str) -> None:
    path = project.write("conf/experiment/mine.yaml", f"# @package _global_\n{head}\n")
    message = refused(project, "+experiment=mine").err
    assert str(path) in message
    assert told in message


@pytest.mark.fault("F38")
def test_settings_left_for_another_model_name_both(project: Project) -> None:
    told = refused(
        project, "+experiment=digits", "model=RandomForestClassifier", "optimizer=none", "scheduler=none"
    ).err
    assert "digits.yaml, line" in told
    assert "model 'RandomForestClassifier' has no option 'epochs'" in told
    assert "softmax" in told


@pytest.mark.fault("F39")
@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "../../../secretdir/evil", "a\nb", "x/../../y", "[..,x]"])
def test_a_name_is_never_a_path(project: Project, name: str) -> None:
    project.write("evil.yaml", "seed: 666\n")
    for words in ([f"+experiment={name}"], ["+experiment=digits", f"model={name}"]):
        assert "is no name; options are chosen by name, never by path" in refused(project, *words).err


@pytest.mark.fault("F40")
@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("hydra.run.dir=../x", "hydra.run.dir: '../x' lies outside of the outputs folder"),
        ("hydra.sweep.dir=/tmp/elsewhere", "hydra.sweep.dir: '/tmp/elsewhere' lies outside"),
        ("hydra.sweep.subdir=../../x", "hydra.sweep.subdir"),
        ("hydra.searchpath=[file:///tmp]", "hydra.searchpath: ['file:///tmp'] would load configs from elsewhere"),
    ],
)
def test_outputs_and_configs_stay_where_they_belong(project: Project, word: str, told: str) -> None:
    assert told in refused(project, "+experiment=digits", word).err
    assert not (project.folder.parent / "x").exists()


@pytest.mark.fault("F40")
def test_a_config_file_cannot_send_outputs_elsewhere_but_a_person_can(project: Project) -> None:
    project.write("conf/experiment/mine.yaml", EXPERIMENT + "outputs: ../elsewhere\n")
    assert "outputs: '../elsewhere' in a config lies outside" in refused(project, "+experiment=mine").err
    project.run("+experiment=digits", "outputs=../chosen", "model.epochs=1").assert_success()
    assert list((project.folder.parent / "chosen" / "digits").iterdir())


@pytest.mark.fault("F40")
def test_allow_outside_lifts_the_rule(project: Project) -> None:
    project.run("+experiment=digits", "model.epochs=1", "hydra.run.dir=../meant", "--allow-outside").assert_success()
    assert list((project.folder.parent / "meant" / "digits").iterdir())


@pytest.mark.fault("F41")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n\tb: 1\n", "line 2, column 1: found character"),
        ("seed: 1\nseed: 2\n", "line 2, column 1: found duplicate key seed"),
        ('seed: !!python/object/apply:os.system ["touch pwned"]\n', "line 1, column 7"),
        ("seed: 1\0\n", "byte 7 is NUL"),
        ("seed: [1\n", "line 2"),
    ],
)
def test_a_file_that_is_no_plain_yaml_is_told_with_its_place(project: Project, text: str, told: str) -> None:
    path = project.write("conf/experiment/mine.yaml", text)
    message = refused(project, "+experiment=mine").err
    assert str(path) in message
    assert told in message
    assert not (project.folder / "pwned").exists()


BOMB = (
    "a: &a ["
    + "1," * 10
    + "]\n"
    + "".join(f"{b}: &{b} [" + f"*{a}," * 10 + "]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
)


@pytest.mark.fault("F42")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BOMB, "more than 100,000 values"),
        ("a: " + "[" * 3000 + "]" * 3000, "nested more than 100 deep"),
        ("a: &a [*a]\n", "refers to itself"),
        ("# " + "x" * 2**20, "bytes are too many for a config"),
    ],
    ids=["bomb", "deep", "self", "large"],
)
def test_a_file_that_explodes_is_refused_at_once(project: Project, text: str, told: str) -> None:
    project.write("conf/experiment/mine.yaml", text)
    start = time.perf_counter()
    assert told in refused(project, "+experiment=mine").err
    assert time.perf_counter() - start < 60  # the start of two Python processes included; the bomb alone takes hours


@pytest.mark.fault("F43")
@pytest.mark.parametrize(
    ("value", "found"), [("no", "bool False"), ("012", "int 10"), ("12:30:45", "int 45045"), ("1_000", "int 1000")]
)
def test_an_unquoted_word_for_a_text_is_told(project: Project, value: str, found: str) -> None:
    path = project.write("conf/experiment/mine.yaml", EXPERIMENT + f"name: {value}\n")
    told = refused(project, "+experiment=mine").err
    assert f"takes text for 'name', got {found}" in told
    assert "quote it" in told
    assert f"set by {path}, line 5" in told


@pytest.mark.fault("F47")
def test_a_redacted_secret_is_never_taken_for_one(project: Project) -> None:
    project.write("conf/experiment/mine.yaml", EXPERIMENT + "name: '[REDACTED]'\n")
    assert "name: '[REDACTED]' stands for a secret that was not kept" in refused(project, "+experiment=mine").err


@pytest.mark.fault("F48")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["model.l2=${model.l1}", "model.l1=${model.l2}"], "refer to each other in a circle"),
        (
            ["model.l2=${nope.nope}"],
            "model.l2 ('model.l2=${nope.nope}' on the command line): Interpolation key 'nope.nope'",
        ),
        (
            ["model.l2=${oc.env:NO_SUCH_VARIABLE}"],
            "Environment variable 'NO_SUCH_VARIABLE' not found. Set it, or give",
        ),
        (["model.l2=${nope:1}"], "Unsupported interpolation type nope"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_with_its_key(project: Project, words: list[str], told: str) -> None:
    assert told in refused(project, "+experiment=digits", *words).err


@pytest.mark.fault("F49")
@pytest.mark.parametrize(
    "word",
    [
        "optimizer.learning_rate=" + "9" * 10_000 + "x",
        "model.loss=x=y,z",
        "name=a b(c",
        "model.l2='\u00e9\U0001f600'",
    ],
    ids=["long", "separators", "parenthesis", "unicode"],
)
def test_a_strange_value_gets_a_bounded_message(project: Project, word: str) -> None:
    message = refused(project, "+experiment=digits", word).err
    assert len(message) < 1500


@pytest.mark.fault("F49")
def test_a_long_name_gives_a_bounded_folder(project: Project) -> None:
    name = "\u00e9x " * 3000
    outcome = project.run("+experiment=digits", "model.epochs=1", f"name='{name}'").assert_success()
    assert len(outcome.run.path.parent.name) <= 64


@pytest.mark.fault("F49")
def test_a_sweep_of_ten_million_trials_must_be_meant(project: Project) -> None:
    start = time.perf_counter()
    told = refused(project, "-m", "+experiment=digits", "seed=range(0,10000000)").err
    assert "the sweep has 10,000,000 trials; add '--yes' if that is meant" in told
    assert time.perf_counter() - start < 20


@pytest.mark.fault("F50")
@pytest.mark.parametrize("word", ["model=glob(zzz*)", "seed=range(5,5)"])
def test_a_sweep_without_trials_is_an_error(project: Project, word: str) -> None:
    assert "no trial could be made" in refused(project, "-m", "+experiment=digits", word).err


@pytest.mark.fault("F50")
def test_a_trial_that_repeats_another_is_run_once(project: Project) -> None:
    words = ("model.epochs=1", "seed=0,1,1,0", "sweep.ship=none")
    outcome = project.run("-m", "+experiment=digits", *words).assert_success()
    (folder,) = project.folder.glob("outputs/digits/sweep-*")
    assert len(Sweep.open(folder).trials()) == 2
    assert "2 duplicates" in outcome.out


def test_a_secret_on_the_command_line_is_refused_and_not_repeated(project: Project) -> None:
    message = refused(project, "+experiment=digits", "+source.password=hunter2").err
    assert "a secret on the command line" in message
    assert "hunter2" not in message


def test_debug_shows_the_traceback(project: Project) -> None:
    outcome = project.run("+experiment=digits", "model=softmx", "--debug").assert_code(2)
    assert "Traceback" in outcome.err


SPAM = """\
# @package _global_
defaults:
  - /experiment/spam_from_sql
  - _self_
source:
  {line}
"""


@pytest.mark.fault("F45", "F46")
@pytest.mark.parametrize(
    ("line", "words", "told"),
    [
        ("max_rows: 10", ["source.url=postgresql://ann:hunter2@db/x"], "a secret on the command line is kept"),
        ("max_rows: 10", ["+source.password=hunter2"], "source.password: a secret on the command line is kept"),
        ("url: postgresql://ann:hunter2@db/x", [], "source.url: a secret in a declaration ends up in every record"),
        (
            "url: postgresql://ann:${oc.env:DB_PASSWORD}@db/x",
            [],
            "Write '${secret:env:DB_PASSWORD}', which only the component that needs it reads.",
        ),
    ],
)
def test_a_secret_that_is_not_only_named_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch, line: str, words: list[str], told: str
) -> None:
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    project.write("conf/experiment/spam.yaml", SPAM.format(line=line))
    outcome = refused(project, "+experiment=spam", *words)
    assert told in outcome.err
    assert "hunter2" not in outcome.err


def test_a_secret_that_is_named_stays_named_in_the_config(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "hunter2")
    project.write(
        "conf/experiment/spam.yaml", SPAM.format(line="url: postgresql://ann:${secret:env:DB_PASSWORD}@db/x")
    )
    for more in ([], ["--resolve"]):
        outcome = project.run("+experiment=spam", "--cfg", "job", *more).assert_code(0)
        assert "url: postgresql://ann:${secret:env:DB_PASSWORD}@db/x" in outcome.out
