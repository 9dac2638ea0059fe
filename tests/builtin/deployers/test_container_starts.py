"""The entry point of a container's context starts in an environment made only from its lock.

Minutes and a package index: `RUNNER_CONTAINER_TEST=1 pytest tests/builtin/deployers/test_container_starts.py`.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import runner
from runner.cli import COMMANDS
from runner.record.environment import packages

ROOT = Path(__file__).parents[3]
BASE = f"python:{sys.version_info[0]}.{sys.version_info[1]}-slim@sha256:{64 * '0'}"
ASKED = os.environ.get("RUNNER_CONTAINER_TEST") == "1"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not ASKED, reason="asked for by RUNNER_CONTAINER_TEST=1"),
    pytest.mark.skipif("serve" not in COMMANDS, reason="there is no server yet"),
]


def carried_out(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    assert done.returncode == 0, done.stdout + done.stderr


def is_ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/health/ready", timeout=2) as reply:
            return reply.status == 200
    except OSError:
        return False


def test_the_entry_point_starts_from_its_lock_alone(bundle, tmp_path):
    carried_out(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    pip = (python, "-m", "pip", "--disable-pip-version-check")
    wheels = tmp_path / "wheels"
    antlr = f"antlr4-python3-runtime=={packages()['antlr4-python3-runtime']}"  # published as source only
    carried_out(*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, ROOT, antlr)
    deployers = {"container": {"use": "container", "base": BASE, "wheels": str(wheels)}}
    shipped = runner.ship(bundle, to=tmp_path / "small", deployers=deployers)
    (context,) = shipped.deployments
    carried_out(*pip, "install", "--quiet", "--require-hashes", "-r", "requirements.lock", cwd=context)
    for path in [context, *context.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "PYTHONDONTWRITEBYTECODE": "1",
        "RUNNER_SERVE_TOKEN": "x" * 40,
    }
    server = subprocess.Popen([str(python), "start.py", "--port", "18765"], cwd=context, env=environment)
    try:
        waiting = time.monotonic() + 120
        while not is_ready(18765) and time.monotonic() < waiting and server.poll() is None:
            time.sleep(0.5)
        assert is_ready(18765)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)
    assert server.returncode == 0
