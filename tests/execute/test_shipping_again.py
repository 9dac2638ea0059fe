"""A run shipped again: the very model in other formats, or trained once more and compared with the record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import runner
from runner.errors import ConfigError, IntegrityError
from runner.record.read import Run
from runner.testing import make_catalogue
from runner_builtin.exporters.skops_exporter import SkopsExporter

TABLE = pd.DataFrame({"a": np.linspace(-1, 1, 60), "b": np.cos(np.arange(60.0)), "says": ["no", "yes"] * 30})


class Lies(SkopsExporter):
    """Exports a model of the other classes."""

    def load(self, path: Path, trusted_types: Any) -> Any:
        model = super().load(path, trusted_types)
        model.steps[-1][1].coef_ = -model.steps[-1][1].coef_
        return model


#: With an exporter that is read back in this process: interpreters of their own take seconds.
HERE = make_catalogue({"exporter": {"here": SkopsExporter}})


def declared(table: Path) -> dict[str, Any]:
    return {
        "name": "halves",
        "source": {"use": "csv", "path": str(table), "target": "says"},
        "splitter": "stratified_holdout",
        "transforms": ["standard_scale"],
        "model": "softmax",
        "metrics": ["accuracy"],
    }


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "table.csv"
    TABLE.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def run(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run.open(runner.run(declared(table), outputs=tmp_path_factory.mktemp("outputs")).path)


def proofs(bundle: Path) -> dict[str, Any]:
    return dict(json.loads((bundle / "proofs.json").read_text()))


def test_asked_for_nothing_it_bundles_the_run_as_it_is(run: Run, tmp_path: Path) -> None:
    shipped = runner.ship(run.path, to=tmp_path / "bundle")
    assert (shipped.bundle, shipped.run, shipped.notes) == (tmp_path / "bundle", run.path, ())
    Run.open(shipped.bundle).verify()
    assert (shipped.bundle / "artifacts/skops/model.skops").read_bytes() == (
        run.path / "artifacts/skops/model.skops"
    ).read_bytes()


def test_another_format_is_made_of_the_recorded_model_and_proven_on_its_rows(run: Run, tmp_path: Path) -> None:
    exporters = {"small": {"use": "skops", "compression": 9}, "pickle": {"use": "pickle"}}
    shipped = runner.ship(run.path, to=tmp_path / "bundle", exporters=exporters)
    assert shipped.run == run.path
    assert shipped.notes == ()
    assert sorted(path.name for path in (shipped.bundle / "artifacts").iterdir()) == ["pickle", "small"]
    told = proofs(shipped.bundle)
    assert told["pickle"] is None
    assert (told["small"]["rows"], told["small"]["fresh"], told["small"]["worst"]) == (60, True, 0.0)
    rows = TABLE[["a", "b"]]
    before, after = runner.load(run.path), runner.load(shipped.bundle)
    np.testing.assert_array_equal(before.predict_proba(rows), after.predict_proba(rows))


def test_where_the_rows_are_gone_or_others_golden_rows_prove_it(table: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(table.read_text())
    outcome = runner.run(declared(own), outputs=tmp_path)
    TABLE.assign(a=TABLE["a"] ** 2).to_csv(own, index=False)
    changed = runner.ship(outcome.path, to=tmp_path / "changed", exporters=["here"], catalogue=HERE)
    own.unlink()
    gone = runner.ship(outcome.path, to=tmp_path / "gone", exporters=["here"], catalogue=HERE)
    for shipped, why in ((changed, "gives other rows than those that were recorded"), (gone, "own.csv")):
        (note,) = shipped.notes
        assert note.startswith("its exports are proven on golden rows only: ")
        assert why in note
        assert proofs(shipped.bundle)["here"]["rows"] > 3


def test_an_export_that_answers_otherwise_is_kept_beside_and_nothing_is_bundled(run: Run, tmp_path: Path) -> None:
    catalogue = make_catalogue({"exporter": {"lies": Lies}})
    with pytest.raises(IntegrityError, match=rf"'lies' does not answer .* in '{tmp_path}/bundle-quarantine/lies'"):
        runner.ship(run.path, to=tmp_path / "bundle", exporters=["lies"], catalogue=catalogue)
    assert (tmp_path / "bundle-quarantine" / "lies" / "model.skops").is_file()
    assert not (tmp_path / "bundle").exists()


def test_compressing_trains_again_and_says_that_it_was_the_same_training(run: Run, tmp_path: Path) -> None:
    shipped = runner.ship(
        run.path,
        to=tmp_path / "bundle",
        compressors=["prune", "quantize"],
        settings={"compressors.prune.sparsity": 0.3},
        outputs=tmp_path / "outputs",
    )
    assert f"its trainings are bit for bit those of run {run.info.id}" in shipped.notes
    assert shipped.run != run.path
    assert [size.step for size in Run.open(shipped.run).sizes] == ["trained", "prune", "quantize"]
    assert Run.open(shipped.run).config["compressors"]["prune"]["sparsity"] == 0.3
    assert (shipped.bundle / "reports/sizes.json").is_file()
    assert type(runner.load(shipped.bundle).pipeline.steps[-1][1]).__name__ == "QuantizedClassifier"


def test_other_data_are_said_to_give_other_bits(table: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(table.read_text())
    outcome = runner.run(declared(own), outputs=tmp_path)
    TABLE.assign(a=TABLE["a"] ** 2).to_csv(own, index=False)
    shipped = runner.ship(outcome.path, to=tmp_path / "bundle", compressors=["quantize"], outputs=tmp_path)
    assert any("its trainings are NOT bit for bit those of run" in note for note in shipped.notes)


def test_a_refit_is_of_all_rows_and_compared_in_all_else(run: Run, tmp_path: Path) -> None:
    shipped = runner.ship(run.path, to=tmp_path / "bundle", refit=True, outputs=tmp_path / "outputs")
    assert f"its trainings are bit for bit those of run {run.info.id}" in shipped.notes
    rows = TABLE[["a", "b"]]
    assert (runner.load(run.path).predict_proba(rows) != runner.load(shipped.bundle).predict_proba(rows)).any()


def test_deployments_go_beside_the_bundle(run: Run, tmp_path: Path) -> None:
    deployers = {"kubernetes": {"use": "kubernetes", "image": "registry.example.org/halves:1"}}
    wanted = {"exporters": ["here"], "deployers": deployers, "catalogue": HERE}
    shipped = runner.ship(run.path, to=tmp_path / "bundle", **wanted)
    assert list(shipped.deployments) == [tmp_path / "bundle-kubernetes"]
    assert (tmp_path / "bundle-kubernetes" / "service.yaml").is_file()
    (tmp_path / "bundle").rename(tmp_path / "moved")
    with pytest.raises(ConfigError, match="bundle-kubernetes' is there already"):
        runner.ship(run.path, to=tmp_path / "bundle", **wanted)


@pytest.mark.fault("F24")
def test_a_run_that_was_changed_is_not_shipped(table: Path, tmp_path: Path) -> None:
    outcome = runner.run(declared(table), outputs=tmp_path)
    (outcome.path / "metrics.json").write_text("{}")
    with pytest.raises(IntegrityError, match=r"metrics\.json"):
        runner.ship(outcome.path, to=tmp_path / "bundle")


@pytest.mark.parametrize("key", ["model.l2", "compressors", "exporters"])
def test_only_options_of_shipping_steps_can_be_set(run: Run, tmp_path: Path, key: str) -> None:
    with pytest.raises(ConfigError, match=rf"{key}: only exporters\.NAME\.OPTION, compressors"):
        runner.ship(run.path, to=tmp_path / "bundle", settings={key: 1})


def test_a_run_that_kept_no_whole_model_cannot_be_exported_anew(table: Path, tmp_path: Path) -> None:
    class Predicts:
        def __init__(self, model: Any) -> None:
            self.predict, self.predict_proba = model.predict, model.predict_proba

    class Half(SkopsExporter):
        whole = False

        def load(self, path: Path, trusted_types: Any) -> Any:
            return Predicts(super().load(path, trusted_types))

    catalogue = make_catalogue({"exporter": {"half": Half}})
    outcome = runner.run({**declared(table), "exporters": ["half"]}, outputs=tmp_path, catalogue=catalogue)
    with pytest.raises(ConfigError, match=r"kept no export that gives its very pipeline back.*--refit"):
        runner.ship(outcome.path, to=tmp_path / "bundle", exporters=["skops"], catalogue=catalogue)


def test_a_sweep_ships_its_winner_also_where_it_was_not_run_whole(table: Path, tmp_path: Path) -> None:
    swept = {**declared(table), "sweep": {"grid": {"model.l2": [1e-4, 10.0]}, "workers": 1, "ship": "none"}}
    outcome = runner.sweep(swept, outputs=tmp_path)
    assert outcome.path is not None
    assert outcome.best is not None
    shipped = runner.ship(outcome.path, to=tmp_path / "bundle", outputs=tmp_path)
    assert Run.open(shipped.bundle).config["model"]["l2"] == outcome.best.settings["model.l2"]
