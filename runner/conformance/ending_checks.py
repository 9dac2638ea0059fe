"""Of compressors, exporters and deployers: what happens to a finished model."""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from runner.catalogue import Catalogue
from runner.conformance.samples import Sample, alike, content, labels, text_table
from runner.conformance.subject import Subject
from runner.contracts import FinishedRun
from runner.data import Dataset
from runner.errors import RunnerError
from runner.execute.recorded import trusted_types
from runner.record import layout, strict_json
from runner.record.environment import packages
from runner.record.records import Metrics, RunInfo, Total
from runner.ship.answers import ask, difference
from runner.ship.bundling import write_bundle
from runner.ship.gate import Proof
from runner.ship.signature import Signature


def _wide() -> Dataset:
    """Return 120 rows of 30 numbers, in 6 classes that differ along two directions."""
    rng = np.random.default_rng(0)
    target = np.arange(120) % 6
    angles = target * np.pi / 3
    plane = 3 * np.column_stack([np.cos(angles), np.sin(angles)])
    return Dataset.of(plane @ rng.normal(size=(2, 30)) + rng.normal(size=(120, 30)), target, fingerprint="wide")


def _values() -> Dataset:
    dataset = _wide()
    return Dataset.of(dataset.features, dataset.features[:, 0] * 2 + 1, fingerprint="wide")


def _forest() -> Dataset:
    return Dataset.of(_wide().features, _wide().target, fingerprint="forest")


def _texts() -> Dataset:
    return Dataset.of(text_table(), labels(), fingerprint="texts")


def _fitted(dataset: Dataset) -> Pipeline:
    """Fit a linear model behind a scaler or a vocabulary, or a forest."""
    steps: list[tuple[str, Any]] = [("scale", StandardScaler())]
    model = LogisticRegression() if np.asarray(dataset.target).dtype.kind == "i" else Ridge()
    if dataset.fingerprint == "texts":
        steps = [("terms", ColumnTransformer([("terms", TfidfVectorizer(), "text")]))]
    elif dataset.fingerprint == "forest":
        model = RandomForestClassifier(8, random_state=0)
    return Pipeline([*steps, ("model", model)]).fit(dataset.features, dataset.target)


_MODELS = (Sample("a linear classifier", _wide), Sample("a linear regression", _values))
#: What a compressor may be made for.
_MODELS_OF_ALL_SORTS = (*_MODELS, Sample("a forest", _forest), Sample("a model of texts", _texts))

# --- compressors -------------------------------------------------------------------------------------------


def _compressible(subject: Subject) -> list[Sample]:
    return subject.usable(_MODELS_OF_ALL_SORTS, lambda dataset: _compressed(subject, _fitted(dataset), dataset))


def _compressed(subject: Subject, pipeline: Pipeline, dataset: Dataset) -> Any:
    """Compress as a run does: with the training rows for one that asks for them."""
    compressor = subject.build()
    rows = (dataset,) if getattr(compressor, "needs_rows", False) else ()
    return compressor.compress(pipeline, *rows)


def still_predicts(subject: Subject) -> None:
    """The smaller pipeline answers `predict`, and `predict_proba` if the larger one did."""
    for sample in _compressible(subject):
        dataset = sample.make()
        pipeline = _fitted(dataset)
        smaller = subject.call(_compressed, subject, pipeline, dataset)
        subject.expect(hasattr(smaller, "steps"), f"compress() gives {type(smaller).__name__}, not a pipeline")
        for method in ("predict", "predict_proba"):
            if not hasattr(pipeline, method):
                continue
            subject.expect(hasattr(smaller, method), f"compressed, {sample.name} has no {method}()")
            due = np.shape(getattr(pipeline, method)(dataset.features))
            shape = np.shape(subject.call(getattr(smaller, method), dataset.features))
            wrong = np.prod(shape) != np.prod(due) or shape[:1] != due[:1]
            subject.expect(not wrong, f"compressed, {sample.name} gives {method}() of shape {shape} instead of {due}")


def leaves_the_given_pipeline_as_it_is(subject: Subject) -> None:
    """The pipeline it was given still says what it said."""
    for sample in _compressible(subject):
        dataset = sample.make()
        pipeline = _fitted(dataset)
        before = pickle.dumps(pipeline)
        subject.call(_compressed, subject, pipeline, dataset)
        subject.expect(
            pickle.dumps(pipeline) == before, f"compress() changes the pipeline it is given ({sample.name})"
        )
        subject.expect(
            content(dataset) == content(sample.make()), f"compress() changes the rows it is given ({sample.name})"
        )


def can_be_saved_and_read_back(subject: Subject) -> None:
    """What it makes is saved by skops, and holds no type that is not trusted."""
    import skops.io  # scikit-learn, torch and dask where they are installed

    trusted = sorted(trusted_types(subject.catalogue))
    for sample in _compressible(subject):
        dataset = sample.make()
        smaller = subject.call(_compressed, subject, _fitted(dataset), dataset)
        dumped = skops.io.dumps(smaller)
        unknown = set(skops.io.get_untrusted_types(data=dumped)) - set(trusted)
        told = (
            f"compressed, {sample.name} holds {', '.join(sorted(unknown))}; 'runner_trusted_types' names such types"
        )
        subject.expect(not unknown, told)
        loaded = skops.io.loads(dumped, trusted=trusted)
        if not hasattr(smaller, "predict"):
            continue
        same = alike(smaller.predict(dataset.features), loaded.predict(dataset.features))
        subject.expect(same, f"saved and read back, {sample.name} predicts otherwise")


def compresses_the_same_way_again(subject: Subject) -> None:
    """Built again with the same seed, it makes a pipeline that says the same."""
    for sample in _compressible(subject):
        dataset = sample.make()
        pipeline = _fitted(dataset)
        first, second = (subject.call(_compressed, subject, pipeline, dataset) for _ in range(2))
        if not hasattr(first, "predict"):  # `still_predicts` tells of it
            continue
        same = alike(first.predict(dataset.features), second.predict(dataset.features))
        subject.expect(same, f"compressed again, {sample.name} predicts otherwise")


COMPRESSOR = (
    still_predicts,
    leaves_the_given_pipeline_as_it_is,
    can_be_saved_and_read_back,
    compresses_the_same_way_again,
)

# --- exporters ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _folders() -> Iterator[tuple[Path, Path]]:
    """Give a folder to watch and, inside it, an empty one to write into; the process stands in a third."""
    with tempfile.TemporaryDirectory() as name:
        watched = Path(name).resolve()
        (watched / "here").mkdir()
        (watched / "given").mkdir()
        with contextlib.chdir(watched / "here"):
            yield watched, watched / "given"


def _run_of(dataset: Dataset) -> FinishedRun:
    pipeline = _fitted(dataset)
    classes = getattr(pipeline, "classes_", None)
    sample = dataset.take(np.arange(5))
    return FinishedRun("conformance", pipeline, sample, {"score": 1.0}, None if classes is None else list(classes))


def _expect_files(subject: Subject, written: Any, watched: Path, given: Path) -> None:
    """Raise Broken unless the files named are there, in the folder given, and nothing is anywhere else."""
    named = [Path(file).resolve() for file in written or ()]
    subject.expect(named, "it names no file that it wrote")
    for path in named:
        subject.expect(path.is_file(), f"it names a file that does not exist: {path.name!r}")
    found = {path for path in watched.rglob("*") if path.is_file()}
    astray = sorted(path.name for path in {*found, *named} if not path.is_relative_to(given))
    subject.expect(not astray, f"it writes outside the folder it is given: {', '.join(astray)}")
    silent = sorted(path.name for path in found - set(named))
    subject.expect(not silent, f"it writes files it does not name: {', '.join(silent)}")


def _export(subject: Subject, dataset: Dataset) -> Any:
    with _folders() as (_, given):
        return subject.build().export(_run_of(dataset), given)


def _exportable(subject: Subject) -> list[Sample]:
    return subject.usable(_MODELS, lambda dataset: _export(subject, dataset))


def writes_only_into_its_folder(subject: Subject) -> None:
    """The files it names are all it writes, and they are in the folder given."""
    for sample in _exportable(subject):
        with _folders() as (watched, given):
            written = subject.call(subject.build().export, _run_of(sample.make()), given)
            _expect_files(subject, written, watched, given)


def reads_back_what_it_wrote(subject: Subject) -> None:
    """`load` of the file `loads` predicts what the pipeline predicts, as closely as the exporter says."""
    exporter = subject.build()
    subject.expect(hasattr(exporter, "loads"), "it has no class attribute 'loads': a file name, or None")
    if exporter.loads is None:
        return
    for sample in _exportable(subject):
        run = _run_of(sample.make())
        with _folders() as (_, given):
            subject.call(exporter.export, run, given)
            path = given / exporter.loads
            subject.expect(path.is_file(), f"it does not write {exporter.loads!r}, the file it says it can load")
            loaded = subject.call(exporter.load, path, _trust(exporter, path, subject.catalogue))
        features = sample.make().features
        apart = difference(ask(run.pipeline, features), ask(loaded, features))
        allowed = getattr(exporter, "tolerance", 1e-4), getattr(exporter, "may_change", 0.0)
        subject.expect(apart.within(*allowed), f"read back, {sample.name} predicts otherwise")


def _trust(exporter: Any, path: Path, catalogue: Catalogue) -> Any:
    """Return what `load` asks for: the file's sha256 if loading runs code, else the types that may be built."""
    if getattr(exporter, "runs_code", False):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return trusted_types(catalogue)


def leaves_the_pipeline_as_it_is(subject: Subject) -> None:
    """The pipeline exported is not changed by it."""
    for sample in _exportable(subject):
        run = _run_of(sample.make())
        before = pickle.dumps(run.pipeline)
        with _folders() as (_, given):
            subject.call(subject.build().export, run, given)
        subject.expect(pickle.dumps(run.pipeline) == before, f"export() changes the pipeline ({sample.name})")


EXPORTER = (writes_only_into_its_folder, reads_back_what_it_wrote, leaves_the_pipeline_as_it_is)

# --- deployers ---------------------------------------------------------------------------------------------


def turns_a_bundle_into_files(subject: Subject) -> None:
    """From the exports of a small model it writes files, in its folder and nowhere else, and keeps the bundle."""
    with _folders() as (watched, given), tempfile.TemporaryDirectory() as name:
        bundle = _bundle(Path(name), subject.catalogue)
        before = _contents(bundle)
        written = subject.call(subject.build().deploy, bundle, given)
        _expect_files(subject, written, watched, given)
        subject.expect(_contents(bundle) == before, "deploy() changes the bundle it is given")


def _bundle(folder: Path, catalogue: Catalogue) -> Path:
    """Bundle a small model, written by every installed exporter that needs no options and can write it."""
    run, dataset = _run_of(_wide()), _wide()
    made: dict[str, Any] = {}
    for offer in catalogue.offers("exporter"):
        place = folder / "run" / layout.ARTIFACTS / offer.name
        with contextlib.suppress(RunnerError):  # an extra that is not installed, or a model it is not for
            exporter = offer.build({})
            safe = not getattr(exporter, "runs_code", False) or getattr(exporter, "own_code", False)
            if getattr(exporter, "loads", None) and safe:
                place.mkdir(parents=True)
                exporter.export(run, place)
                size = sum(path.stat().st_size for path in place.rglob("*"))
                made[offer.name] = Proof(120, 0, 0, 0, 0, 0.0, 0.0, 0.0, False, size, 1e-4, 1e-4, 1e-3)
    info = RunInfo(
        id="20260101T000000Z-0badcafe", experiment=run.experiment, state="done", started="2026-01-01T00:00:00+00:00",
        seconds=1.0, command=(), seed=0, host="", versions={"runner": "0", "python": platform.python_version()},
    )  # fmt: skip
    records = {
        layout.RESOLVED: {
            "model": {"use": "LogisticRegression"},
            "exporters": {name: {"use": name} for name in made},
        },
        layout.PACKAGES: packages(),
        layout.METRICS: Metrics(total={"score": Total(1.0, None, 1)}),
        layout.SIGNATURE: Signature.of(dataset, classes=run.classes, probabilities=True).plain(),
        layout.PROOFS: made,
        layout.SOURCES: {"sources": [{"use": "wide", "fingerprint": "", "rows": 120}]},
        layout.RUN: info,
    }
    for name, record in records.items():
        (folder / "run" / name).parent.mkdir(parents=True, exist_ok=True)
        strict_json.write(folder / "run" / name, record)
    return write_bundle(folder / "run", info, run.pipeline, folder / "bundle")


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


DEPLOYER: Sequence[Callable[[Subject], None]] = (turns_a_bundle_into_files,)
