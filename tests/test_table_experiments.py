"""The shipped experiments on tables of the UCI repository, where these files are at hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import runner
from runner.testing import Project

DATA = Path(__file__).parents[2] / "shared" / "data"
ADULT = DATA / "adult" / "adult-train.csv"
WINE = DATA / "wine-quality" / "winequality-red.csv"


@pytest.mark.skipif(not WINE.is_file(), reason="the red wines are not here")
def test_the_quality_of_wines_is_predicted_without_their_repeated_rows(tmp_path: Path) -> None:
    outcome = Project(tmp_path).run("+experiment=wine_quality", f"source.path={WINE}").assert_success()
    assert "1,599 rows" in outcome.out
    assert "240 dropped: duplicate rows" in outcome.out
    total = outcome.run.scores.total["r2"].mean
    assert isinstance(total, float)
    assert total > 0.3


@pytest.mark.skipif(not ADULT.is_file(), reason="the adult census is not here")
def test_a_dirty_census_is_learned_from_and_new_people_need_not_be_clean(tmp_path: Path) -> None:
    files = [f"source.sources.{part}.path={DATA / 'adult' / f'adult-{part}.csv'}" for part in ("train", "test")]
    outcome = Project(tmp_path).run("+experiment=adult", *files).assert_success()
    assert "48,842 rows" in outcome.out
    assert "relabelled 12435 of '<=50K.'" in outcome.out
    assert "in 'workclass'" in outcome.out
    scores = {name: total.mean for name, total in outcome.run.scores.total.items()}
    assert isinstance(scores["accuracy"], float)
    assert isinstance(scores["roc_auc"], float)
    assert scores["accuracy"] > 0.84
    assert scores["roc_auc"] > 0.89
    model = runner.load(outcome.run.path)
    person = {
        "age": 50, "workclass": None, "education": "Doctorate", "education_num": 16,
        "marital_status": "Married-civ-spouse", "occupation": "Exec-managerial", "relationship": "Husband",
        "race": "White", "sex": "Male", "capital_gain": 20000, "capital_loss": 0, "hours_per_week": 60,
        "native_country": "Atlantis",
    }  # fmt: skip

    assert model.predict(pd.DataFrame([person])).tolist() == [">50K"]


@pytest.mark.parametrize(
    ("name", "key"),
    [("adult", "source.sources.test.path"), ("wine_quality", "source.path"), ("sms_spam", "source.path")],
)
def test_a_missing_file_is_named_before_anything_is_trained(name: str, key: str, tmp_path: Path) -> None:
    outcome = Project(tmp_path).run(f"+experiment={name}", f"{key}=nowhere.csv").assert_code(3)
    assert "There is no file" in outcome.err
