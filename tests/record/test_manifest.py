from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from runner.errors import ExitCode, IntegrityError
from runner.record import manifest


def test_a_changed_byte_is_named_with_both_hashes(make_run) -> None:
    run = make_run(files={"artifacts/own/model": "weights"})
    (run / "artifacts/own/model").write_text("Weights")
    with pytest.raises(IntegrityError) as told:
        manifest.verify(run)
    assert told.value.exit_code == ExitCode.INTEGRITY
    assert "changed: 'artifacts/own/model'" in str(told.value)
    assert f"expected sha256 {sha256(b'weights').hexdigest()} (7 bytes)" in str(told.value)
    assert f"found {sha256(b'Weights').hexdigest()} (7 bytes)" in str(told.value)


def test_missing_and_added_files_are_named_together(make_run) -> None:
    run = make_run()
    (run / "metrics.json").unlink()
    (run / "extra").mkdir()
    (run / "extra" / "note.txt").write_text("hi")
    with pytest.raises(IntegrityError, match=r"missing: 'metrics\.json'[\s\S]*added: 'extra/note\.txt'"):
        manifest.verify(run)


def test_a_file_exchanged_for_a_link_is_a_change_even_with_the_same_bytes(make_run, tmp_path: Path) -> None:
    run = make_run()
    shutil.copy(run / "run.json", tmp_path / "elsewhere.json")
    (run / "run.json").unlink()
    (run / "run.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(IntegrityError, match=r"changed: 'run\.json', no longer a plain file"):
        manifest.verify(run)


def test_a_folder_exchanged_for_a_link_is_noticed(make_run, tmp_path: Path) -> None:
    run = make_run()
    shutil.move(run / "config", tmp_path / "config")
    (run / "config").symlink_to(tmp_path / "config")
    with pytest.raises(IntegrityError, match=r"missing: 'config/resolved\.yaml'[\s\S]*added: 'config'"):
        manifest.verify(run)


def test_a_manifest_naming_a_file_outside_is_only_a_missing_file(make_run) -> None:
    run = make_run()
    text = (run / "manifest.json").read_text().replace('"run.json"', '"../../../secret"')
    (run / "manifest.json").write_text(text)
    with pytest.raises(IntegrityError, match=r"missing: '\.\./\.\./\.\./secret'"):
        manifest.verify(run)


def test_an_untouched_run_verifies_wherever_it_is_moved(make_run, tmp_path: Path) -> None:
    moved = tmp_path / "another" / "place"
    shutil.move(make_run(), moved)
    manifest.verify(moved)


def test_a_folder_without_manifest_is_not_a_finished_run(make_run) -> None:
    run = make_run()
    (run / "manifest.json").unlink()
    with pytest.raises(IntegrityError, match=r"is not a finished run: it has no manifest\.json"):
        manifest.verify(run)


def test_a_partial_folder_is_not_a_finished_run(make_run) -> None:
    run = make_run()
    partial = run.with_name(f"{run.name}.partial")
    run.rename(partial)
    with pytest.raises(IntegrityError, match=r"is not a finished run: its name ends in '\.partial'"):
        manifest.verify(partial)


@pytest.mark.parametrize("text", ["[]", "{}", '{"files": 3}', '{"files": {"run.json": 3}}', "{"])
def test_a_manifest_that_is_none_is_told(make_run, text: str) -> None:
    run = make_run()
    (run / "manifest.json").write_text(text)
    with pytest.raises(IntegrityError, match=r"manifest\.json'"):
        manifest.verify(run)
