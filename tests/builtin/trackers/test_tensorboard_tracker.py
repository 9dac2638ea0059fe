"""What is written is read back by TensorBoard's own reader."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tensorboard")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata

from runner.contracts import Event
from runner_builtin.trackers.tensorboard_tracker import TensorBoardTracker

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:tensorboard.*", "ignore::DeprecationWarning:google.*"
)


def png(width: int, height: int) -> bytes:
    """Return a black picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def metrics(**total: Any) -> dict[str, Any]:
    return {"total": {name: {"mean": mean, "std": None, "n": 2} for name, mean in total.items()}}


@pytest.fixture
def tracked(tmp_path: Path) -> Callable[..., Callable[[str], Any]]:
    """Track events, and give what reads a folder of the files back."""

    def tracked(*events: Event) -> Callable[[str], Any]:
        tracker = TensorBoardTracker()
        tracker.open(tmp_path / "files")
        for event in events:
            tracker.hear(event)
        tracker.close()

        def read(name: str) -> Any:
            found = EventAccumulator(str(tmp_path / "files" / name))
            found.Reload()
            return found

        return read

    return tracked


def scalars(found: Any, tag: str) -> list[tuple[int, float]]:
    return [(one.step, round(one.value, 6)) for one in found.Scalars(tag)]


def settings(found: Any) -> dict[str, Any]:
    content = found.summary_metadata[metadata.SESSION_START_INFO_TAG].plugin_data.content
    values = metadata.parse_session_start_info_plugin_data(content).hparams
    return {key: getattr(value, value.WhichOneof("kind")) for key, value in values.items()}


def test_a_run_has_its_folds_over_each_other_its_scores_settings_and_figures(tmp_path: Path, tracked: Any) -> None:
    (tmp_path / "run/figures").mkdir(parents=True)
    (tmp_path / "run/figures/roc.png").write_bytes(png(3, 2))
    (tmp_path / "run/figures/roc.svg").write_text("<svg/>")
    ended = {
        "folder": str(tmp_path / "run"),
        "files": {"figures": ["figures/roc.png", "figures/roc.svg"]},
        "metrics": metrics(accuracy=0.8, confusion=[[1, 0], [0, 1]]),
    }
    declaration = {"seed": 3, "strict": False, "model": {"use": "softmax", "l2": 0.5, "columns": ["a"]}}
    read = tracked(
        Event("run_started", details={"declaration": declaration}, run="r", time=100.0),
        Event("epochs_finished", fold=0, details={"first": 0, "curves": {"loss": [0.9, 0.8]}}, time=101.0),
        Event("epochs_finished", fold=0, details={"first": 2, "curves": {"loss": [0.7]}}, time=102.0),
        Event("fold_finished", fold=0, details={"metrics": {"accuracy": 0.75, "confusion": [[1]]}}, time=103.0),
        Event("epochs_finished", details={"first": 0, "curves": {"loss": [0.5]}}, time=104.0),
        Event("fold_finished", details={"metrics": {}}, time=104.0),
        Event("run_finished", details=ended, time=105.0),
    )
    root = read("")
    assert scalars(root, "fold/accuracy") == [(1, 0.75)]
    assert scalars(root, "total/accuracy") == [(0, 0.8)]
    assert [one.wall_time for one in root.Scalars("total/accuracy")] == [105.0]
    assert settings(root) == {"seed": 3.0, "strict": False, "model.use": "softmax", "model.l2": 0.5}
    (picture,) = root.Images("roc")
    assert (picture.width, picture.height, picture.encoded_image_string) == (3, 2, png(3, 2))
    assert scalars(read("fold_1"), "loss") == [(1, 0.9), (2, 0.8), (3, 0.7)]
    assert scalars(read("all_rows"), "loss") == [(1, 0.5)]


def test_each_trial_has_its_settings_its_score_and_its_curves(tracked: Any) -> None:
    fold = {"metrics": {"accuracy": 0.5}, "curves": {"loss": [0.9, 0.8], "learning_rate": [0.1, 0.1]}}
    done = {
        "settings": {"model.l2": 0.5},
        "attempt": 1,
        "score": 0.5,
        "metrics": metrics(accuracy=0.5),
        "folds": [fold],
    }
    failed = {"settings": {"model.l2": 9.0}, "attempt": 2, "score": None, "metrics": metrics(), "folds": []}
    read = tracked(
        Event("sweep_started", details={"axes": ["model.l2"]}, time=100.0),
        Event("trial_started", trial=7, details={"settings": {}, "attempt": 1}, time=101.0),
        Event("trial_finished", trial=7, seconds=2.0, details=done, time=103.0),
        Event("trial_failed", trial=8, seconds=2.0, details=failed, time=104.0),
        Event("trial_failed", trial=9, details={"settings": {}, "attempt": 1, "state": "interrupted"}, time=104.0),
    )
    trial = read("trial_0007")
    assert scalars(trial, "score") == [(0, 0.5)]
    assert scalars(trial, "fold/accuracy") == [(1, 0.5)]
    assert scalars(trial, "fold_1/loss") == [(1, 0.9), (2, 0.8)]
    assert settings(trial) == {"model.l2": 0.5}
    content = read("trial_0008-2").summary_metadata[metadata.SESSION_END_INFO_TAG].plugin_data.content
    assert metadata.parse_session_end_info_plugin_data(content).status == 2, "it failed"
    content = read("").summary_metadata[metadata.EXPERIMENT_TAG].plugin_data.content
    assert [info.name for info in metadata.parse_experiment_plugin_data(content).hparam_infos] == ["model.l2"]


def test_numbers_that_are_not_finite_are_left_out(tracked: Any) -> None:
    read = tracked(
        Event(
            "epochs_finished", fold=0, details={"first": 0, "curves": {"loss": [0.9, float("nan"), None]}}, time=1.0
        )
    )
    assert scalars(read("fold_1"), "loss") == [(1, 0.9)]


def test_the_name_of_the_machine_is_in_no_file_name(tmp_path: Path, tracked: Any) -> None:
    tracked(Event("sweep_started", details={"axes": []}, time=100.0))
    (file,) = (tmp_path / "files").iterdir()
    assert file.name.endswith(".runner")
