import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from runner.errors import IntegrityError, ResourceError
from runner.learn import Snapshot
from runner_builtin.training.checkpoints import Checkpoint, digest
from runner_builtin.training.optimizers import Adam, Momentum

SNAPSHOT = Snapshot(
    {"params/weights": np.arange(6.0).reshape(2, 3).T, "empty": np.zeros((0, 2))},
    {"order": {"state": 2**100}, "count": 3, "rate": 0.1, "none": None},
)

#: A training that shows it is under way by writing its checkpoint after every epoch.
TRAINING = """
import sys
import numpy as np
from runner.learn import MLP, Setting, fit_many, softmax
from runner_builtin.training.checkpoints import Checkpoint
from runner_builtin.training.optimizers import Adam
from runner_builtin.training.schedulers import ReduceOnPlateau

folder, out = sys.argv[1:]
rng = np.random.default_rng(0)
X, y = rng.standard_normal((400, 20)).astype("float32"), rng.integers(0, 3, 400)
setting = Setting(Adam(), ReduceOnPlateau(patience=2), l2=1e-3, l1=1e-4, averaging=0.9, clip_norm=1.0)
checkpoint = Checkpoint(folder, "training", pause=0)
trained = fit_many(
    MLP(softmax, (16,), dropout=0.2), X, y, [setting], n_outputs=3, epochs=150, batch_size=32, seed=1,
    held_out=np.arange(0, 400, 5), snapshot=checkpoint.load(), on_snapshot=checkpoint.save,
)
checkpoint.remove()
np.savez(out, loss=trained.loss_curve, held=trained.validation_curve, **trained.params)
"""


def start(folder, out):
    return subprocess.Popen([sys.executable, "-c", TRAINING, str(folder), str(out)])


def killed_at_a_random_moment(folder, out, rng):
    """Say whether the training was killed before it had ended."""
    process = start(folder, out)
    written = folder / "training.npz"
    before = written.stat().st_mtime_ns if written.exists() else 0
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if written.exists() and written.stat().st_mtime_ns != before:
            time.sleep(rng.uniform(0, 0.15))
            break
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


@pytest.mark.fault("F01")
def test_a_training_killed_again_and_again_ends_bit_equal_to_one_that_was_not(tmp_path):
    assert start(tmp_path / "calm", tmp_path / "calm.npz").wait() == 0
    rng = random.Random(os.getpid())
    kills = sum(killed_at_a_random_moment(tmp_path / "wild", tmp_path / "wild.npz", rng) for _ in range(4))
    assert kills
    assert start(tmp_path / "wild", tmp_path / "wild.npz").wait() == 0
    with np.load(tmp_path / "calm.npz") as calm, np.load(tmp_path / "wild.npz") as wild:
        assert calm.files == wild.files
        for name in calm.files:
            np.testing.assert_array_equal(wild[name], calm[name])
    assert [path for path in (tmp_path / "wild").iterdir() if path.suffix == ".npz"] == []


def test_a_snapshot_comes_back_as_it_was(tmp_path):
    checkpoint = Checkpoint(tmp_path / "deep" / "folder", "a" * 64)
    assert checkpoint.load() is None
    checkpoint.save(SNAPSHOT)
    back = checkpoint.load()
    assert back.numbers == SNAPSHOT.numbers
    for name, array in SNAPSHOT.arrays.items():
        np.testing.assert_array_equal(back.arrays[name], array)
        assert back.arrays[name].flags.f_contiguous == array.flags.f_contiguous
    assert [path.name for path in checkpoint.path.parent.iterdir()] == ["a" * 32 + ".npz"]
    checkpoint.remove()
    assert checkpoint.load() is None


def test_it_is_not_written_more_often_than_the_pause_allows(tmp_path):
    checkpoint = Checkpoint(tmp_path, "a", pause=60)
    checkpoint.save(SNAPSHOT)
    checkpoint.save(Snapshot({}, {"count": 4}))
    assert checkpoint.load().numbers["count"] == 3


@pytest.mark.fault("F14")
@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 and then nothing", b"no archive at all"])
def test_a_damaged_file_is_named(tmp_path, damage):
    checkpoint = Checkpoint(tmp_path, "a")
    checkpoint.path.write_bytes(damage)
    with pytest.raises(IntegrityError, match=r"a\.npz' cannot be read.*Remove it"):
        checkpoint.load()


def test_a_file_with_python_objects_in_it_is_not_read(tmp_path):
    checkpoint = Checkpoint(tmp_path, "a")
    np.savez(checkpoint.path, weights=np.array([object()]))
    with pytest.raises(IntegrityError, match="cannot be read"):
        checkpoint.load()


@pytest.mark.fault("F20")
def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        ResourceError, match=r"Checkpoint .* cannot be written: .* another folder by model\.checkpoint"
    ):
        Checkpoint(tmp_path / "file" / "folder", "a").save(SNAPSHOT)


def test_the_digest_tells_trainings_apart():
    from scipy import sparse

    X = np.eye(3)
    parts = {"X": X, "optimizer": Adam(), "epochs": 3, "hidden": (3, 4), "none": None}
    base = digest(parts)
    assert digest(dict(reversed(parts.items()))) == base
    others = [
        {"X": X.astype("float32")},
        {"X": X + 1e-12},
        {"X": sparse.csr_matrix(X)},
        {"X": np.array([["a"], ["b"]], dtype=object)},
        {"optimizer": Adam(beta1=0.8)},
        {"optimizer": Momentum()},
        {"epochs": 4},
        {"none": 0},
    ]
    assert len({base, *(digest(parts | other) for other in others)}) == 1 + len(others)
