"""A bundle is whole, agrees with its manifest, and needs nothing of where it was made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import runner
from runner.errors import ConfigError, IntegrityError
from runner.record import layout, manifest, strict_json
from runner.record.read import Run
from runner.ship.bundling import write_bundle
from runner.ship.golden import compared
from runner.ship.signature import Signature
from tests.ship.conftest import TABLE


@pytest.fixture(scope="module")
def bundle(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = runner.load(run.path).pipeline
    return write_bundle(run.path, run.info, model, tmp_path_factory.mktemp("ship") / "bundle", ("runner-ml",))


def test_it_holds_all_that_a_stranger_needs(bundle: Path) -> None:
    for name in (layout.SIGNATURE, layout.PROOFS, layout.GOLDEN, layout.CARD, layout.BILL, layout.PACKAGES):
        assert (bundle / name).is_file(), name
    assert (bundle / "artifacts/skops/model.skops").is_file()
    assert not (bundle / layout.PREDICTIONS).exists()
    assert not (bundle / layout.LOG).exists()


def test_it_agrees_with_its_own_manifest_and_is_loaded_wherever_it_lies(
    bundle: Path, run: Run, tmp_path: Path
) -> None:
    moved = Path(shutil.copytree(bundle, tmp_path / "elsewhere"))
    Run.open(moved).verify()
    told, due = runner.load(moved).predict_proba(TABLE), runner.load(run.path).predict_proba(TABLE)
    np.testing.assert_array_equal(told, due)


@pytest.mark.fault("F24")
def test_a_changed_byte_is_found_before_anything_is_loaded(bundle: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(bundle, tmp_path / "elsewhere"))
    with (moved / layout.CARD).open("a") as card:
        card.write("trust me\n")
    with pytest.raises(IntegrityError, match=layout.CARD):
        runner.load(moved)


def test_its_golden_rows_are_answered_alike(bundle: Path) -> None:
    signature = Signature.read(strict_json.read(bundle / layout.SIGNATURE))
    golden = strict_json.read(bundle / layout.GOLDEN)
    apart = compared(runner.load(bundle).pipeline, signature, golden)
    assert apart.rows > 3
    assert apart.within(1e-9)


def test_its_bill_agrees_with_the_schema_and_lists_the_very_files(bundle: Path) -> None:
    text = (bundle / layout.BILL).read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    (digest,) = json.loads(text)["metadata"]["component"]["hashes"]
    assert digest["content"] == manifest.describe(bundle / "artifacts/skops/model.skops")["sha256"]


def test_it_is_written_whole_or_not_at_all(run: Run, tmp_path: Path) -> None:
    class Fails:
        def predict(self, rows: object) -> object:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_bundle(run.path, run.info, Fails(), tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []


def test_it_never_overwrites(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    with pytest.raises(ConfigError, match=r"is there already\. Name a folder that is not, with '--to'"):
        write_bundle(run.path, run.info, None, tmp_path / "bundle")


def test_a_run_without_exports_has_nothing_to_ship(run: Run, tmp_path: Path) -> None:
    empty = Path(shutil.copytree(run.path, tmp_path / "run"))
    (empty / layout.PROOFS).unlink()
    with pytest.raises(ConfigError, match="exported no model, so there is nothing to ship"):
        write_bundle(empty, run.info, None, tmp_path / "bundle")
