"""Each check of compressors, exporters and deployers, against a component that breaks it."""

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

# --- compressors -------------------------------------------------------------------------------------------


class Copies:
    def compress(self, pipeline):
        return copy.deepcopy(pipeline)


class CompressesInPlace:
    def compress(self, pipeline):
        pipeline.steps[-1][1].coef_ = np.round(pipeline.steps[-1][1].coef_)
        return pipeline


class ForgetsTheModel:
    def compress(self, pipeline):
        return pipeline[:-1]


class OneAnswerForAll:
    def compress(self, pipeline):
        smaller = copy.deepcopy(pipeline)
        smaller.predict = lambda rows: pipeline.predict(rows)[:1]
        return smaller


class ByChance:
    def compress(self, pipeline):
        smaller = copy.deepcopy(pipeline)
        model = smaller.steps[-1][1]
        model.coef_ = np.random.default_rng().normal(size=model.coef_.shape)
        return smaller


class GivesWeights:
    def compress(self, pipeline):
        return pipeline.steps[-1][1].coef_


def test_a_sound_compressor_passes(broken):
    assert broken("compressor", Copies) == {}


@pytest.mark.parametrize(
    ("compressor", "check", "told"),
    [
        (CompressesInPlace, "leaves the given pipeline as it is", "changes the pipeline it is given"),
        (ForgetsTheModel, "still predicts", "has no predict()"),
        (OneAnswerForAll, "still predicts", "predict() of shape (1,) instead of (120,)"),
        (ByChance, "compresses the same way again", "predicts otherwise"),
        (GivesWeights, "still predicts", "gives ndarray, not a pipeline"),
    ],
)
def test_a_broken_compressor_is_seen(broken, compressor, check, told):
    found = broken("compressor", compressor)
    assert set(found) - {"can be saved and read back"} == {check}
    assert told in found[check]


class OfMyOwn(LogisticRegression):
    """A model of a type that nobody trusts."""


class MakesItsOwn:
    needs_rows = True

    def compress(self, pipeline, rows):
        smaller = copy.deepcopy(pipeline)
        smaller.steps[-1] = ("model", OfMyOwn().fit(smaller[:-1].transform(rows.features), rows.target))
        return smaller


class SpoilsTheRows(Copies):
    needs_rows = True

    def compress(self, pipeline, rows):
        rows.features[:] = 0
        return super().compress(pipeline)


def test_a_compressor_of_types_that_nobody_trusts_is_seen(broken):
    found = broken("compressor", MakesItsOwn)
    assert set(found) == {"can be saved and read back"}
    assert "OfMyOwn; 'runner_trusted_types' names such types" in found["can be saved and read back"]


def test_a_compressor_that_changes_the_rows_is_seen(broken):
    found = broken("compressor", SpoilsTheRows)
    assert set(found) == {"leaves the given pipeline as it is"}
    assert "changes the rows it is given" in found["leaves the given pipeline as it is"]


# --- exporters ---------------------------------------------------------------------------------------------


class Pickles:
    loads = "model.pkl"
    runs_code = True

    def export(self, run, folder):
        path = folder / self.loads
        path.write_bytes(pickle.dumps(run.pipeline))
        return [path]

    def load(self, path, sha256):
        return pickle.loads(path.read_bytes())


class WritesWhereItStands(Pickles):
    loads = None

    def export(self, run, folder):
        Path("notes.txt").write_text("I was here")
        return super().export(run, folder) if self.loads else [self._model(folder)]

    def _model(self, folder):
        (folder / "model.txt").write_text("a model")
        return folder / "model.txt"


class NamesNothing:
    loads = None

    def export(self, run, folder):
        return []


class NamesTooMuch:
    loads = None

    def export(self, run, folder):
        return [folder / "imagined.txt"]


class KeepsAFileToItself:
    loads = None

    def export(self, run, folder):
        (folder / "secret.txt").write_text("hidden")
        (folder / "model.txt").write_text("a model")
        return [folder / "model.txt"]


class SaysNothingOfLoading:
    def export(self, run, folder):
        (folder / "model.txt").write_text("a model")
        return [folder / "model.txt"]


class ReadsAnother(Pickles):
    def load(self, path, sha256):
        loaded = super().load(path, sha256)
        loaded.steps[-1][1].intercept_ = loaded.steps[-1][1].intercept_ + np.arange(6.0) * 100
        return loaded


class StripsTheModel(Pickles):
    def export(self, run, folder):
        del run.pipeline.steps[-1][1].n_iter_
        return super().export(run, folder)


def test_a_sound_exporter_passes(broken):
    assert broken("exporter", Pickles) == {}


@pytest.mark.parametrize(
    ("exporter", "check", "told"),
    [
        (WritesWhereItStands, "writes only into its folder", "outside the folder it is given: notes.txt"),
        (NamesNothing, "writes only into its folder", "names no file"),
        (NamesTooMuch, "writes only into its folder", "does not exist: 'imagined.txt'"),
        (KeepsAFileToItself, "writes only into its folder", "does not name: secret.txt"),
        (SaysNothingOfLoading, "reads back what it wrote", "no class attribute 'loads'"),
        (ReadsAnother, "reads back what it wrote", "predicts otherwise"),
        (StripsTheModel, "leaves the pipeline as it is", "changes the pipeline"),
    ],
)
def test_a_broken_exporter_is_seen(broken, exporter, check, told):
    found = broken("exporter", exporter)
    assert set(found) == {check}
    assert told in found[check]


# --- deployers ---------------------------------------------------------------------------------------------


class Lists:
    def deploy(self, bundle, folder):
        (folder / "list.json").write_text(json.dumps(sorted(path.name for path in bundle.rglob("*"))))
        return [folder / "list.json"]


class TidiesUp(Lists):
    def deploy(self, bundle, folder):
        written = super().deploy(bundle, folder)
        next(path for path in bundle.rglob("*") if path.is_file()).unlink()
        return written


class DoesNothing:
    def deploy(self, bundle, folder):
        return []


def test_a_sound_deployer_passes(broken):
    assert broken("deployer", Lists) == {}


def test_a_deployer_keeps_the_bundle(broken):
    assert "changes the bundle" in broken("deployer", TidiesUp)["turns a bundle into files"]


def test_a_deployer_writes_something(broken):
    assert "names no file" in broken("deployer", DoesNothing)["turns a bundle into files"]
