"""Folders in which the contenders run: data, experiments, and a source for arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from trials import BATCH, DENSE_EPOCHS, TEST_SHARE, TEXT_EPOCHS, documents, images

TRIVIAL = """\
# @package _global_
defaults:
  - override /source: sklearn_dataset
  - override /splitter: holdout
  - override /model: DummyClassifier
  - override /metrics: [accuracy]
source: {name: iris}
model: {strategy: uniform, random_state: 0}
"""

TEXT = f"""\
# @package _global_
defaults:
  - override /source: csv
  - override /splitter: {{splitter}}
  - override /transforms: [tfidf]
  - override /model: SGDClassifier
  - override /metrics: [accuracy]
source: {{{{path: data.csv, target: label, features: [text]}}}}
model: {{{{learning_rate: constant, eta0: 0.1, max_iter: {TEXT_EPOCHS}, tol: null, random_state: 0}}}}
"""

DENSE = f"""\
# @package _global_
defaults:
  - override /source: arrays
  - override /splitter: ShuffleSplit
  - override /model: softmax
  - override /optimizer: sgd
  - override /metrics: [accuracy]
splitter: {{n_splits: 1, test_size: {TEST_SHARE}, random_state: 0}}
optimizer: {{learning_rate: 0.1}}
model: {{epochs: {DENSE_EPOCHS}, batch_size: {BATCH}}}
"""

#: Hydra's stock sweeper gets as many groups as an experiment of ours has, with one option each.
GROUPS = (
    "source", "cleaners", "splitter", "augmenters", "transforms", "optimizer", "scheduler", "metrics",
    "compressors", "exporters", "trackers",
)  # fmt: skip

ARRAYS = '''\
"""A source of arrays that NumPy has saved."""

import hashlib
from pathlib import Path

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.hookspecs import hookimpl


class ArraysSource:
    """Load X.npy and y.npy from a folder."""

    draws = False

    def __init__(self, *, folder: str = ".") -> None:
        self.folder = folder

    def fingerprint(self, context: SourceContext) -> str:
        digest = hashlib.sha256()
        for name in ("X.npy", "y.npy"):
            digest.update(Path(context.folder, self.folder, name).read_bytes())
        return digest.hexdigest()

    def load(self, context: SourceContext) -> Dataset:
        place = Path(context.folder, self.folder)
        X, y = np.load(place / "X.npy"), np.load(place / "y.npy")
        return Dataset.of(X, y, fingerprint=self.fingerprint(context))


@hookimpl
def runner_sources():
    return {"arrays": ArraysSource}
'''


def trivial_place(place: Path) -> Path:
    _write(place / "conf/experiment/trivial.yaml", TRIVIAL)
    return place


def text_place(place: Path, n_rows: int) -> Path:
    _write(place / "conf/experiment/text.yaml", TEXT.format(splitter="ShuffleSplit") + _held_out())
    folds = "splitter: {n_splits: 3, shuffle: true, random_state: 0}\n"
    _write(place / "conf/experiment/folds.yaml", TEXT.format(splitter="KFold") + folds)
    texts, y = documents(n_rows)
    pd.DataFrame({"text": texts, "label": y}).to_csv(place / "data.csv", index=False)
    return place


def dense_place(place: Path, n_rows: int) -> Path:
    _write(place / "conf/experiment/dense.yaml", DENSE)
    _write(place / "arrays_plugin.py", ARRAYS)
    _write(place / "arrays-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: arrays\nVersion: 1.0\n")
    _write(place / "arrays-1.0.dist-info/entry_points.txt", "[runner.plugins]\narrays = arrays_plugin\n")
    X, y = images(n_rows)
    np.save(place / "X.npy", X)
    np.save(place / "y.npy", y)
    return place


def hydra_place(place: Path, *, grouped: bool) -> Path:
    """Make configs for an app of Hydra: in groups of files like ours, or in one file."""
    config = "seed: 0\n"
    if grouped:
        config = "defaults:\n" + "".join(f"  - {group}: plain\n" for group in (*GROUPS, "model")) + "  - _self_\n"
        config += "seed: 0\n"
        for group in GROUPS:
            _write(place / group / "plain.yaml", f"use: {group}\noptions: {{a: 1, b: 0.5, c: text}}\n")
        _write(place / "model/plain.yaml", "use: dummy\nrandom_state: 0\n")
    else:
        config += "model: {random_state: 0}\n"
    _write(place / "config.yaml", config)
    return place


def _held_out() -> str:
    return f"splitter: {{n_splits: 1, test_size: {TEST_SHARE}, random_state: 0}}\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
