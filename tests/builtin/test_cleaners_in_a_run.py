"""Cleaners declared one after the other, as a person would: counted, noted, and part of the model that is shipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from runner.testing import Outcome, Project

EXPERIMENT = """\
# @package _global_
defaults:
  - override /source: csv
  - override /cleaners:
      - relabel
      - target_values
      - cast
      - allowed_values
      - query
      - clean_text
      - mask_pii
      - near_duplicates
      - drop_conflicts
      - drop_columns
      - drop_leaking_columns
      - drop_constant_columns
      - rare_categories
      - fill_by_model
      - isolation_outliers
      - label_noise
  - override /splitter: stratified_holdout
  - override /transforms: [tfidf, one_hot]
  - override /model: softmax
  - override /optimizer: adam
  - override /metrics: [accuracy]
source: {path: data.csv, target: label}
cleaners:
  relabel: {labels: {"y.": "y"}}
  target_values: {allowed: ["y", "n"], action: drop}
  cast: {to: {age: integer}, on_error: missing}
  allowed_values: {values: {age: {min: 0, max: 120}, job: [cook, nurse, smith, rare]}, action: missing}
  query: {expression: "not (`id no` < 3 and job == 'cook')"}
  clean_text: {html: true, case: lower}
  mask_pii: {columns: text, action: hash, key: "${secret:env:PII_KEY}"}
  near_duplicates: {columns: text, method: minhash, threshold: 0.95, with_target: true}
  drop_columns: {columns: {pattern: "^unused"}}
  drop_leaking_columns: {ids: drop}
  rare_categories: {columns: job, min_count: 5}
  isolation_outliers: {contamination: 0.02}
  label_noise: {action: drop, columns: text}
transforms:
  tfidf: {columns: text}
  one_hot: {columns: [job]}
model: {epochs: 30}
optimizer: {learning_rate: 0.1}
"""
KEY = "correct horse battery staple"


def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    labels = np.array(["y", "n"])[np.arange(200) % 2]
    words = {"y": ["sun", "beach", "swim", "warm"], "n": ["snow", "ski", "cold", "ice"]}
    texts = [
        " ".join(rng.choice(words[one], 3)) + f" <b>{place}</b> &amp; bob{place}@acme.org"
        for place, one in enumerate(labels)
    ]
    frame = pd.DataFrame({"id no": np.arange(200), "text": texts, "job": rng.choice(["cook", "nurse"], 200)})
    frame["age"] = [str(age) for age in rng.integers(18, 80, 200)]
    frame["income"] = rng.normal(size=200) + frame["age"].astype(float)
    frame["unused_a"], frame["same"], frame["leak"] = 1.5, "x", np.where(labels == "y", "p", "q")
    frame["label"] = labels
    frame.loc[0, ["job", "id no"]] = ["cook", 0]
    frame.loc[[5, 6], "age"] = ["old", "430"]
    frame.loc[7, "job"], frame.loc[8, "label"], frame.loc[9, "label"] = "rare", "y.", "?"
    frame.loc[11, "text"] = frame.loc[13, "text"] = "the same text of two rows, with 08712460324 in it"
    return frame


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("project")
    table().to_csv(folder / "data.csv", index=False)
    project = Project(folder, {"conf/experiment/tidy.yaml": EXPERIMENT}, environment={"PII_KEY": KEY})
    return project.run("+experiment=tidy").assert_success()


def test_every_dropped_row_is_counted_by_reason(outcome: Outcome) -> None:
    for told in (
        "1 dropped: target not allowed",
        "dropped: query: not (`id no` < 3 and job == 'cook')",
        "1 dropped: near-duplicate texts",
    ):
        assert told in outcome.out


def test_what_was_changed_is_noted_and_nothing_personal_is_told(outcome: Outcome) -> None:
    told = outcome.out + outcome.err
    for note in (
        "relabelled 1 of 'y.' as 'y'",
        "blanked out 1 value in 'age'",
        "e-mail addresses",
        "'leak'",
        "'unused_a'",
    ):
        assert note in told
    assert "acme.org" not in told
    assert "08712460324" not in told


def test_the_shipped_model_cleans_new_rows_the_same_way(outcome: Outcome) -> None:
    code = """
import sys, pandas as pd, runner
rows = pd.read_csv(sys.argv[1]).drop(columns="label").iloc[20:60]
rows.loc[rows.index[0], ["job", "age"]] = ["astronaut", None]
model = runner.load(sys.argv[2])
print("".join(model.predict(rows)))
print([name for name, _ in model.pipeline.steps][0])
"""
    command = [sys.executable, "-P", "-c", code, str(outcome.folder / "data.csv"), str(outcome.run.path)]
    with_key = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PII_KEY": KEY}, check=True)
    predicted, first = with_key.stdout.split()
    assert sum(one == other for one, other in zip(predicted, "yn" * 20, strict=True)) >= 36
    assert first == "repair"
    bare = {name: value for name, value in os.environ.items() if name != "PII_KEY"}
    without = subprocess.run(command, capture_output=True, text=True, env=bare, check=False)
    assert without.returncode != 0
    assert "the environment has no variable 'PII_KEY'" in without.stderr


def test_the_key_and_what_it_hides_are_in_no_file(outcome: Outcome) -> None:
    files = [path for path in (outcome.folder / "outputs").rglob("*") if path.is_file()]
    assert any(path.suffix == ".skops" for path in files)
    for path in files:
        content = _unpacked(path)
        assert KEY.encode() not in content
        assert b"bob150@acme.org" not in content


def _unpacked(path: Path) -> bytes:
    import zipfile

    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())
