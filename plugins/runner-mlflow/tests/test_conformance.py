"""The tracker does what its kind promises."""

import time

import pytest

pytest.importorskip("runner_mlflow", reason="runner-mlflow is not installed")

from runner_mlflow.spool import waiting

from runner.testing import checks


@pytest.mark.parametrize("check", checks("runner_mlflow"), ids=str)
def test_conformance(check, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", str(tmp_path / "mlruns"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    check()
    spool = tmp_path / "runner-mlflow"
    deadline = time.monotonic() + 60
    while spool.is_dir() and any(waiting(spool)):
        assert time.monotonic() < deadline, [path.read_text() for path in spool.iterdir() if path.is_file()]
        time.sleep(0.05)
    assert not list(tmp_path.rglob("*.refused"))
