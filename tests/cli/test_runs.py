"""Runs as a person starts them: what is on disk afterwards, and what the commands about it say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.testing import Project

QUICK = ("+experiment=digits", "model.epochs=1", "augmenters=[]")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("project"))
    project.run(*QUICK).assert_success()
    return project


def test_a_run_ends_with_scores_times_and_its_folder(project: Project) -> None:
    out = project.run(*QUICK).assert_success().out
    for word in ("digits · ", "load/sklearn_dataset", "accuracy (primary)", "confusion_matrix", "train/softmax"):
        assert word in out
    assert "\x1b" not in out, "plain lines when piped"
    assert "outputs/digits/" in out.splitlines()[-1]


def test_the_run_folder_holds_what_was_designed(project: Project) -> None:
    run = project.run(*QUICK).assert_success().run
    expected = {
        "run.json", "config/resolved.yaml", "config/overrides.yaml", "config/choices.yaml", "code.json",
        "env/packages.json", "env/threads.json", "data/sources.json", "data/fingerprint.json", "seeds.json",
        "steps.jsonl", "metrics.json", "curves.csv", "artifacts/skops/model.skops", "logs/run.log", "REPLAY.md",
    }  # fmt: skip
    assert expected <= set(run.files)
    assert run.config["model"]["epochs"] == 1
    assert run.info.command == ("runner", *QUICK)
    threads = json.loads((run.path / "env/threads.json").read_text())
    assert any("openblas" in json.dumps(library).lower() for library in threads["libraries"])


def test_ls_show_and_verify_speak_of_the_run(project: Project) -> None:
    run = project.run(*QUICK).assert_success().run
    assert run.info.id in project.run("ls").assert_success().out
    listed = json.loads(project.run("ls", "--json").assert_success().out)
    assert listed[-1]["id"] == run.info.id
    shown = project.run("show", run.info.id).assert_success().out
    for word in ("use: softmax", "accuracy", "train/softmax", "model.skops"):
        assert word in shown
    assert json.loads(project.run("show", run.info.id, "--json").assert_success().out)["info"]["seed"] == 0
    assert "ok: " in project.run("verify", run.info.id).assert_success().out
    assert project.run("ls", "nothing_of_that_name").assert_success().out.count("\n") <= 1


@pytest.mark.fault("F24")
def test_verify_names_a_file_with_one_changed_byte(project: Project) -> None:
    run = project.run(*QUICK).assert_success().run
    model = run.path / "artifacts/skops/model.skops"
    changed = bytearray(model.read_bytes())
    changed[len(changed) // 2] ^= 1
    model.write_bytes(changed)
    message = project.run("verify", run.info.id).assert_code(6).err
    assert "artifacts/skops/model.skops" in message
    assert "sha256" in message


def test_a_run_that_is_not_there_is_told(project: Project) -> None:
    message = project.run("show", "nope").assert_code(2).err
    assert "no finished run 'nope'" in message


@pytest.mark.fault("F23")
def test_a_run_folder_can_be_moved_and_still_be_shown_verified_and_loaded(tmp_path: Path) -> None:
    project = Project(tmp_path)
    run = project.run(*QUICK).assert_success().run
    moved = tmp_path / "elsewhere"
    run.path.rename(moved)
    project.run("verify", str(moved)).assert_success()
    assert "accuracy" in project.run("show", str(moved)).assert_success().out
    code = "import runner, numpy, sys; print(runner.load(sys.argv[1]).predict(numpy.zeros((2, 8, 8))).shape)"
    done = subprocess.run([sys.executable, "-P", "-c", code, str(moved)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(2,)"


@pytest.mark.fault("F11")
def test_identical_commands_started_at_once_get_a_folder_each(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "runner.cli", *QUICK]
    processes = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [process.wait(timeout=120) for process in processes] == [0, 0, 0, 0]
    runs = Project(tmp_path).run("ls", "--json").assert_success()
    assert len({run["id"] for run in json.loads(runs.out)}) == 4
    for run in json.loads(runs.out):
        Project(tmp_path).run("verify", run["id"]).assert_success()


@pytest.mark.fault("F21")
def test_outputs_that_cannot_be_written_end_the_run_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("a file is in the way")
    outcome = Project(tmp_path).run(*QUICK).assert_code(5)
    assert str(tmp_path / "outputs") in outcome.err or "'outputs'" in outcome.err
    assert "load/" not in outcome.out


@pytest.mark.fault("F67")
@pytest.mark.parametrize(
    ("target", "told"), [("lable", "Did you mean 'label'?"), ("empty", "is empty in all 40 rows"), ("label", None)]
)
def test_a_target_that_is_not_there_is_told_with_the_columns(tmp_path: Path, target: str, told: str | None) -> None:
    rows = "".join(f"{n},{n * 2},{'ab'[n % 2]},\n" for n in range(40))
    project = Project(tmp_path, {"data.csv": "x,y,label,empty\n" + rows})
    words = ["source=csv", "source.path=data.csv", f"source.target={target}", "splitter=holdout"]
    words += ["model=LogisticRegression", "metrics=[accuracy]"]
    words += ["source.features=[x,y]"]
    outcome = project.run(*words)
    if told is None:
        outcome.assert_success()
    else:
        assert told in outcome.assert_code(3).err
        assert "Traceback" not in outcome.err
        assert outcome.run.state == "failed"


def test_ctrl_c_ends_the_run_and_leaves_no_result(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "runner.cli", "+experiment=digits", "model.epochs=100000"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    _wait_for(lambda: list(tmp_path.glob("outputs/digits/*.partial/logs/run.log")))
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert json.loads(Project(tmp_path).run("ls", "--json").out) == []


def test_a_killed_command_leaves_no_process_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "runner.cli", "+experiment=digits", "model.epochs=100000"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, start_new_session=True)
    _wait_for(lambda: list(tmp_path.glob("outputs/digits/*.partial/logs/run.log")))
    process.kill()
    process.wait()
    _wait_for(lambda: not _alive_in_group(process.pid), seconds=10)


def _alive_in_group(group: int) -> list[str]:
    alive = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                alive.append(entry.name)
    return alive


def _wait_for(condition: object, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.fault("F91")
def test_a_component_that_ends_the_process_is_told_and_no_success(tmp_path: Path) -> None:
    package = tmp_path / "site" / "acme"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "hooks.py").write_text(
        "from runner import hookimpl\n\n@hookimpl\ndef runner_cleaners():\n    return {'quit': 'acme.quit:Quit'}\n"
    )
    (package / "quit.py").write_text("import os\n\nclass Quit:\n    def clean(self, dataset):\n        os._exit(0)\n")
    info = tmp_path / "site" / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[runner.plugins]\nacme = acme.hooks\n")
    project = Project(tmp_path, environment={"PYTHONPATH": str(tmp_path / "site")})
    outcome = project.run(*QUICK, "cleaners=[quit]").assert_code(4)
    assert "left with code 0 in the middle of it" in outcome.err
    assert outcome.runs == []
    hidden = Project(tmp_path, environment={**project.environment, "RUNNER_DISABLE": "acme"})
    assert "cleaner 'quit' is not offered" in hidden.run(*QUICK, "cleaners=[quit]").assert_code(2).err


def test_python_files_lying_about_are_not_imported(tmp_path: Path) -> None:
    project = Project(
        tmp_path, dict.fromkeys(("signal.py", "numpy.py", "sklearn.py"), "raise RuntimeError('imported!')")
    )
    project.run(*QUICK).assert_success()


def test_a_reader_that_goes_away_ends_the_showing_and_not_the_run(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "runner.cli", *QUICK]
    with (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=err)
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=120) == 0
    assert (tmp_path / "err").read_text() == ""
    assert [run["state"] for run in json.loads(Project(tmp_path).run("ls", "--json").out)] == ["done"]


def test_a_terminal_without_our_signs_gets_others(tmp_path: Path) -> None:
    project = Project(tmp_path, environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert "digits ? 2" in project.run(*QUICK).assert_success().out
