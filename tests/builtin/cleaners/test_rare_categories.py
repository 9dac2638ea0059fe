import numpy as np
import pandas as pd
import pytest
import skops.io

from runner.data import Dataset
from runner.errors import DataError
from runner_builtin.cleaners.rare_categories import RareCategories

FRAME = pd.DataFrame({"job": ["a"] * 6 + ["b"] * 3 + ["c", None], "n": range(11)})


def gathered(cleaner, train=FRAME, rows=None):
    rows = train if rows is None else rows
    return cleaner.fit(Dataset.of(train)).clean(Dataset.of(rows))


def test_rare_categories_get_one_name_and_gaps_stay():
    after = gathered(RareCategories(min_count=3))
    assert after.features["job"].tolist()[:10] == ["a"] * 6 + ["b"] * 3 + ["other"]
    assert after.features["job"].isna().tolist() == [False] * 10 + [True]
    assert after.features["n"].tolist() == list(range(11))
    assert after.notes == ("made 'other' of 1 value in 'job'",)


def test_a_share_counts_the_rows_that_have_a_category():
    assert gathered(RareCategories(min_count=1, min_share=0.3)).features["job"].tolist()[6] == "b"
    assert gathered(RareCategories(min_count=1, min_share=0.31)).features["job"].tolist()[6] == "other"


def test_the_training_rows_decide_and_new_categories_are_rare():
    new = pd.DataFrame({"job": ["a", "c", "new", None, "other"], "n": range(5)})
    after = gathered(RareCategories(min_count=3, label="rest"), rows=new).features["job"]
    assert after.tolist()[:3] == ["a", "rest", "rest"]
    assert after.tolist()[4] == "rest"


def test_columns_of_categories_are_gathered_too():
    after = gathered(RareCategories(min_count=3), FRAME.astype({"job": "category"})).features["job"]
    assert after.tolist()[:10] == ["a"] * 6 + ["b"] * 3 + ["other"]


def test_a_column_of_rare_values_only_is_no_column_of_categories():
    frame = FRAME.assign(text=[f"text {place}" for place in range(11)])
    with pytest.raises(DataError, match="none of the 11 categories of column 'text' is in 3 of the 11 training rows"):
        gathered(RareCategories(min_count=3), frame)
    assert gathered(RareCategories(min_count=3, columns=["job"]), frame).n_rows == 11


def test_a_column_without_any_value_passes():
    frame = FRAME.assign(job=pd.Series([None] * 11, dtype=object))
    assert gathered(RareCategories(), frame).features["job"].isna().all()


@pytest.mark.parametrize(
    ("features", "columns", "told"),
    [
        (FRAME, ["n"], r"no texts or categories in 'n' \(int64\)"),
        (FRAME[["n"]], None, "no texts or categories in 'n'"),
        (FRAME, ["jobs"], "there is no column 'jobs'"),
        (np.eye(2), None, "only a table has columns"),
    ],
)
def test_what_holds_no_categories_is_refused(features, columns, told):
    with pytest.raises(DataError, match=told):
        gathered(RareCategories(columns=columns), features)


def test_it_learns_into_a_copy_that_can_be_saved():
    cleaner = RareCategories(min_count=3)
    fitted = cleaner.fit(Dataset.of(FRAME))
    assert not hasattr(cleaner, "frequent_")
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=["runner_builtin.cleaners.rare_categories.RareCategories"])
    pd.testing.assert_frame_equal(saved.clean(Dataset.of(FRAME)).features, fitted.clean(Dataset.of(FRAME)).features)
    assert cleaner.learns
    assert cleaner.keeps_rows
