"""Runs and sweeps in MLflow: its database, its files, and a server that is killed and started again."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("runner_mlflow", reason="runner-mlflow is not installed")

from runner_mlflow.sender import start
from runner_mlflow.spool import Header, Spooled, Spooling, waiting
from runner_mlflow.tracker import MlflowTracker

import runner
from runner.contracts import Event
from runner.testing import FakeServer
from tests.faults.conftest import make_workplace, until, workplace  # noqa: F401 - fixtures

IRIS = {
    "name": "flowers",
    "source": {"use": "sklearn_dataset", "name": "iris"},
    "splitter": {"use": "stratified_kfold", "folds": 2},
    "transforms": ["standard_scale"],
    "model": {"use": "softmax", "epochs": 3},
    "metrics": ["accuracy"],
}


def recorded(address: str, *histories: str) -> list[dict[str, Any]]:
    """Return what MLflow has at an address. histories: metrics of which all values are asked for."""
    program = Path(__file__).with_name("recorded.py")
    environment = {**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
    done = subprocess.run(
        [sys.executable, str(program), address, *histories],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def wait_until_sent(spool: Path) -> None:
    deadline = time.monotonic() + 90
    while any(waiting(spool)):
        assert time.monotonic() < deadline, [path.read_text() for path in spool.glob("*.trouble")]
        time.sleep(0.1)
    assert not list(spool.glob("*.refused"))


class Server:
    """`mlflow server` on this machine, as a person starts it."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again, and wait until it answers."""
        words = ("server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1")
        stores = ("--backend-store-uri", f"sqlite:///{self.folder}/server.db", "--artifacts-destination", "artifacts")
        with (self.folder / "server.txt").open("ab") as told:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mlflow", *words, *stores], cwd=self.folder, stdout=told, stderr=told,
                env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + 90
        while True:
            with suppress(OSError):
                return urllib.request.urlopen(f"{self.address}/health", timeout=5).close()
            assert time.monotonic() < deadline, (self.folder / "server.txt").read_text()
            time.sleep(0.2)

    def kill(self) -> None:
        """Kill it with all its processes."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.kill()


def test_a_run_is_in_the_database_with_its_files_and_its_model(tmp_path: Path) -> None:
    address, spool = f"sqlite:///{tmp_path}/of/mlflow.db", tmp_path / "spool"
    (tmp_path / "of").mkdir()
    tracker = {"use": "mlflow", "tracking_uri": address, "spool": str(spool), "wait": 60}
    before = "mlflow" in sys.modules
    declared = {**IRIS, "exporters": ["mlflow"], "report": "html", "trackers": [tracker]}
    outcome = runner.run(declared, outputs=tmp_path / "outputs")
    assert not outcome.remarks
    assert ("mlflow" in sys.modules) == before
    (run,) = recorded(address, "fold_1/loss", "all_rows/loss", "fold/accuracy")
    assert (run["experiment"], run["status"], run["name"]) == ("flowers", "FINISHED", outcome.path.name)
    assert run["params"]["model.use"] == "softmax"
    assert run["params"]["model.epochs"] == "3"
    assert not [name for name in run["params"] if name.startswith("trackers")]
    accuracy = outcome.metrics.total["accuracy"]
    assert run["metrics"]["accuracy"] == accuracy.mean
    assert run["metrics"]["accuracy_std"] == accuracy.std
    assert run["history"]["fold/accuracy"] == [
        [number, fold["accuracy"]] for number, fold in enumerate(outcome.metrics.folds, start=1)
    ]
    assert [step for step, _ in run["history"]["fold_1/loss"]] == [1, 2, 3]
    assert [step for step, _ in run["history"]["all_rows/loss"]] == [1, 2, 3]
    fingerprint = json.loads((outcome.path / "data/fingerprint.json").read_text())["raw"]["source"]
    assert run["tags"]["runner.data"] == fingerprint
    assert run["tags"]["runner.id"] == outcome.path.name
    assert {"config/resolved.yaml", "metrics.json", "curves.csv", "logs/run.log"} <= set(run["files"])
    assert "report.html" in run["files"]
    assert [name for name in run["files"] if re.fullmatch(r"figures/\w+\.png", name)]
    assert not [name for name in run["files"] if name.startswith("artifacts/mlflow")]
    (model,) = run["models"]
    ask = (
        "import mlflow, sys, numpy; mlflow.set_tracking_uri(sys.argv[1]);"
        "model = mlflow.pyfunc.load_model('models:/' + sys.argv[2]);"
        "print(model.metadata.signature.inputs.to_json()); "
        "from sklearn.datasets import load_iris; print((model.predict(load_iris(as_frame=True).data)).tolist())"
    )
    told = subprocess.run([sys.executable, "-c", ask, address, model], capture_output=True, text=True, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    answers = told.stdout.splitlines()[-1]
    from sklearn.datasets import load_iris

    assert answers == str(runner.load(outcome.path).predict(load_iris(as_frame=True).data).tolist())
    assert list((tmp_path / "of" / "mlruns").iterdir())  # artifacts lie beside the database
    assert not list(spool.glob("*.jsonl"))


def test_a_sweep_is_in_the_file_store_with_its_trials_and_its_winner_nested(tmp_path: Path) -> None:
    tracker = {
        "use": "mlflow",
        "tracking_uri": str(tmp_path / "mlruns"),
        "spool": str(tmp_path / "spool"),
        "wait": 60,
        "files": ["tables"],
        "experiment": "of mine",
    }
    sweep = {**IRIS, "trackers": [tracker], "sweep": {"grid": {"model.l2": [1e-4, 1e-2, 10.0]}, "workers": 1}}
    outcome = runner.sweep(sweep, outputs=tmp_path / "outputs")
    wait_until_sent(tmp_path / "spool")
    runs = recorded(str(tmp_path / "mlruns"), "fold/accuracy", "fold_2/loss", "score")
    parents = [run for run in runs if run["tags"]["runner.kind"] == "sweep"]
    trials = {run["tags"]["runner.trial"]: run for run in runs if run["tags"]["runner.kind"] == "trial"}
    (winner,) = [run for run in runs if run["tags"]["runner.kind"] == "run"]
    (parent,) = parents
    assert {run["tags"]["mlflow.parentRunId"] for run in [*trials.values(), winner]} == {parent["id"]}
    assert {run["status"] for run in runs} == {"FINISHED"}
    assert set(trials) == {"0", "1", "2"}
    for trial in outcome.trials:
        told = trials[str(trial.number)]
        assert told["metrics"]["score"] == trial.score
        assert told["params"] == {"model.l2": str(trial.settings["model.l2"])}
        assert [step for step, _ in told["history"]["fold/accuracy"]] == [1, 2]
        assert [step for step, _ in told["history"]["fold_2/loss"]] == [1, 2, 3]
        assert told["tags"]["runner.data"]
    assert parent["history"]["score"] == [[trial.number, trial.score] for trial in outcome.trials]
    assert outcome.best is not None
    assert parent["metrics"]["best_score"] == outcome.best.score
    assert parent["metrics"]["trials_done"] == 3
    assert parent["tags"]["runner.winner"] == str(outcome.best.number)
    assert "results.csv" in parent["files"]
    assert {run["experiment"] for run in runs} == {"of mine"}
    assert "metrics.json" in winner["files"]
    assert "config/resolved.yaml" not in winner["files"]
    assert winner["tags"]["runner.trial"] == str(outcome.best.number)


@pytest.fixture
def followed(workplace: Any) -> Any:  # noqa: F811
    """A workplace whose spool is in its own folder."""
    workplace.environment["XDG_STATE_HOME"] = str(workplace.folder / "state")
    return workplace


def spool_of(place: Any) -> Path:
    return place.folder / "state" / "runner-mlflow"  # type: ignore[no-any-return]


def at(address: str, *more: str) -> tuple[str, ...]:
    return "trackers=[mlflow]", f"trackers.mlflow.tracking_uri={address}", *more


def trials_of(runs: list[dict[str, Any]]) -> list[tuple[str, str, float | None]]:
    """List the trials that MLflow has: name, status, score."""
    found = [run for run in runs if run["tags"]["runner.kind"] == "trial"]
    return sorted((run["name"], run["status"], run["metrics"].get("score")) for run in found)


def test_nothing_is_lost_or_sent_twice_when_the_server_is_killed_in_mid_sweep(
    followed: Any, server: Server, until: Any  # noqa: F811
) -> None:  # fmt: skip
    server.start()
    early = _begin_to_send(followed, server, until)
    levels = ",".join(str(1 + number / 20) for number in range(40))
    driver = followed.start(
        f"model.level={levels}", "model.seconds=1.5", *at(server.address, "trackers.mlflow.wait=60")
    )
    until(lambda: _runs_in(server) > 3, told=followed.printed)
    early.end()
    early.leave()
    server.kill()
    done = followed.done()
    until(lambda: list(spool_of(followed).glob("*.trouble")) and followed.done() > done + 2, told=followed.printed)
    assert _runs_in(server) < 41
    server.start()
    assert driver.wait(120) == 0, followed.printed()
    followed.python("-m", "runner_mlflow", "send").assert_success()  # if the server came back after the end
    runs = recorded(server.address)
    scores = sorted(followed.scores().values())
    assert len(scores) == 40
    told = trials_of(runs)
    assert [name for name, *_ in told] == [f"trial-{number:04}" for number in range(40)]
    assert {status for _, status, _ in told} == {"FINISHED"}
    assert sorted(str(score) for *_, score in told) == scores
    (parent,) = [run for run in runs if run["tags"]["runner.kind"] == "sweep"]
    assert parent["status"] == "FINISHED"


def _begin_to_send(place: Any, server: Server, until: Any) -> Spooling:  # noqa: F811
    """Have a process that sends, with MLflow imported, which takes long where others work."""
    header = Header("early", False, server.address, str(place.folder), "faulty", [], True)
    early = Spooling.begin(spool_of(place), header)
    early.add(Event("nothing to write"))
    start(spool_of(place))
    until(early.path.with_suffix(".sent").exists, within=150)
    return early


def test_what_a_server_that_is_away_did_not_get_is_sent_by_hand(followed: Any, server: Server) -> None:
    outcome = followed.sweep("model.level=1,2", *at(server.address, "trackers.mlflow.wait=60")).assert_success()
    assert "tracker 'mlflow': MLflow" in outcome.out + outcome.err
    assert "Nothing is lost" in outcome.out + outcome.err
    listed = followed.python("-m", "runner_mlflow")
    assert listed.code == 1
    assert f"for {server.address}" in listed.out
    server.start()
    sent = followed.python("-m", "runner_mlflow", "send").assert_success()
    assert "Nothing waits" in sent.out
    assert [name for name, *_ in trials_of(recorded(server.address))] == ["trial-0000", "trial-0001"]


def test_what_was_written_for_a_mistyped_address_is_sent_to_another(followed: Any) -> None:
    typo, right = "htp://127.0.0.1:5000", str(followed.folder / "mlruns")
    outcome = followed.sweep("model.level=1", *at(typo, "trackers.mlflow.wait=60")).assert_success()
    assert "--instead OLD NEW" in outcome.out + outcome.err
    followed.python("-m", "runner_mlflow", "send", "--instead", typo, "mlruns").assert_success()
    assert [name for name, *_ in trials_of(recorded(right))] == ["trial-0000"]


def test_a_server_that_does_not_let_us_in_is_told_with_what_says_who_asks(
    followed: Any, runner_http: FakeServer
) -> None:
    runner_http.answers("/api/2.0/mlflow/experiments/get-by-name", "who are you?", 401)
    words = at(runner_http.url(""), "trackers.mlflow.wait=60")
    outcome = followed.sweep("model.level=1", *words).assert_success()
    told = outcome.out + outcome.err
    assert "UNAUTHENTICATED" in told
    assert "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD" in told
    assert "Nothing is lost" in told


def test_a_sweep_that_was_killed_goes_on_under_the_same_parent(followed: Any, until: Any) -> None:  # noqa: F811
    address = str(followed.folder / "mlruns")
    words = ("model.level=1,2,2.5,3", "model.seconds=1", *at(address))
    driver = followed.start(*words)
    until(lambda: followed.done() >= 2, told=followed.printed)
    driver.kill()
    driver.wait()
    wait_until_sent(spool_of(followed))
    (parent,) = [run for run in recorded(address) if run["tags"]["runner.kind"] == "sweep"]
    assert parent["status"] == "KILLED"
    outcome = followed.sweep(*words).assert_success()
    assert "resumed" in outcome.out
    wait_until_sent(spool_of(followed))
    runs = recorded(address)
    (again,) = [run for run in runs if run["tags"]["runner.kind"] == "sweep"]
    assert (again["id"], again["status"]) == (parent["id"], "FINISHED")
    done = [trial for trial in trials_of(runs) if trial[1] == "FINISHED"]
    assert len(done) == 4
    assert sorted(str(score) for *_, score in done) == sorted(followed.scores().values())


def test_a_trial_that_fails_says_why(followed: Any) -> None:
    address = str(followed.folder / "mlruns")
    followed.sweep("model.does=learn,data_error", *at(address))
    wait_until_sent(spool_of(followed))
    runs = recorded(address)
    assert sorted(status for _, status, _ in trials_of(runs)) == ["FAILED", "FINISHED"]
    (failed,) = [run for run in runs if run["status"] == "FAILED" and run["tags"]["runner.kind"] == "trial"]
    assert failed["tags"]["runner.state"] == "failed"
    assert failed["tags"]["runner.error"] == "data: iris.csv: the leaves are missing"


def _runs_in(server: Server) -> int:
    """Count the runs in the server's database, which need not be running for that."""
    import sqlite3

    with suppress(sqlite3.OperationalError):
        database = sqlite3.connect(f"file:{server.folder}/server.db?mode=ro", uri=True)
        try:
            return int(database.execute("select count(*) from runs").fetchone()[0])
        finally:
            database.close()
    return 0


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[MlflowTracker, Path]]:
    """A tracker that has heard something which nothing sends yet, and its spool file."""
    monkeypatch.setattr("runner_mlflow.tracker.start", lambda folder: None)
    tracker = MlflowTracker(tracking_uri="http://127.0.0.1:9", spool=str(tmp_path), wait=0)
    tracker.hear(Event("run_started", run="r1", details={"experiment": "digits"}))
    (path,) = waiting(tmp_path)
    yield tracker, path
    tracker.close()


def test_what_is_not_sent_at_the_end_is_named(heard: tuple[MlflowTracker, Path], caplog: Any) -> None:
    tracker, path = heard
    tracker.close()
    assert "not all is sent yet; that goes on in the background" in caplog.text
    assert str(path) in caplog.text
    assert not Spooled.open(path).is_written()


def test_what_would_take_too_long_is_not_waited_for(heard: tuple[MlflowTracker, Path], caplog: Any) -> None:
    tracker, _ = heard
    tracker.wait = 5.0
    for number in range(300):
        tracker.hear(Event("trial_finished", trial=number))
    began = time.monotonic()
    tracker.close()
    assert time.monotonic() - began < 1.0
    assert "that goes on in the background" in caplog.text


def test_what_mlflow_refused_is_named(heard: tuple[MlflowTracker, Path], caplog: Any) -> None:
    tracker, path = heard
    Spooled.open(path).refused({"name": "run_started"}, "too long")
    Spooled.open(path).remove()
    tracker.close()
    assert f"MLflow refused something; what and why is in '{path.with_suffix('.refused')}'" in caplog.text


def test_relative_addresses_mean_the_folder_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("runner_mlflow.tracker.start", lambda folder: None)
    told = {
        "sqlite:///of/m.db": f"sqlite:///{tmp_path}/of/m.db",
        "mlruns": f"{tmp_path}/mlruns",
        "http://a:1": "http://a:1",
    }
    for number, (given, meant) in enumerate(told.items()):
        tracker = MlflowTracker(tracking_uri=given, spool=f"spool{number}", wait=0)
        tracker.hear(Event("sweep_started", run="s1"))
        (path,) = waiting(tmp_path / f"spool{number}")
        assert Spooled.open(path).header.address == meant
        assert Spooled.open(path).header.sweep
        tracker.close()
