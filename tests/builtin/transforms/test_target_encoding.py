import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone
from sklearn.preprocessing import TargetEncoder

from runner.errors import DataError
from runner_builtin.transforms.target_encoding import TargetEncoding

RNG = np.random.default_rng(0)
CITY = pd.DataFrame({"city": RNG.choice(["a", "b", "c"], size=90), "job": RNG.choice(["x", "y"], size=90)})
VALUES = np.where(CITY["city"] == "a", 10.0, 0.0) + RNG.normal(size=90)


def test_new_rows_get_the_means_of_all_training_rows():
    ours = TargetEncoding(random_state=0).fit(CITY, VALUES).transform(CITY)
    np.testing.assert_array_equal(ours, TargetEncoder(target_type="continuous").fit(CITY, VALUES).transform(CITY))


def test_no_training_row_is_encoded_by_its_own_target():
    changed = VALUES.copy()
    changed[7] += 1e6
    before, after = (TargetEncoding(random_state=3).fit_transform(CITY, y) for y in (VALUES, changed))
    assert before[7].tolist() == after[7].tolist()
    assert (before != after).any()


def test_a_category_of_one_row_each_tells_nothing_of_the_target():
    names = pd.DataFrame({"id": [f"row {number}" for number in range(90)]})
    encoded = TargetEncoding(random_state=0).fit_transform(names, VALUES).ravel()
    assert abs(np.corrcoef(encoded, VALUES)[0, 1]) < 0.5  # each has a mean of other rows; fitted in place it is 1
    assert np.corrcoef(TargetEncoding(smooth=0).fit(names, VALUES).transform(names).ravel(), VALUES)[0, 1] > 0.99


def test_the_same_seed_parts_training_rows_alike():
    one, two, other = (TargetEncoding(random_state=seed).fit_transform(CITY, VALUES) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_several_classes_have_a_column_each():
    classes = np.where(VALUES > 5, "high", np.where(VALUES > 0, "mid", "low"))
    encoding = clone(TargetEncoding(random_state=0))
    assert encoding.fit_transform(CITY, classes).shape == (90, 6)
    assert encoding.get_feature_names_out().tolist()[:3] == ["city_high", "city_low", "city_mid"]


def test_whole_numbers_can_be_declared_values():
    assert TargetEncoding(target_type="continuous").fit_transform(CITY, VALUES.round().astype(int)).shape == (90, 2)


def test_an_unknown_category_has_the_mean_of_all_and_a_missing_one_its_own():
    frame = pd.DataFrame({"c": ["a", "a", None, None, "b", "b"]})
    encoding = TargetEncoding(smooth=0).fit(frame, np.array([1.5, 1.5, 5.5, 5.5, 2.0, 2.0]))
    assert encoding.transform(pd.DataFrame({"c": ["z", None]})).ravel().tolist() == [3.0, 5.5]


def test_a_fitted_one_can_be_saved():
    fitted = TargetEncoding().fit(CITY, VALUES)
    saved = skops.io.loads(
        skops.io.dumps(fitted), trusted=["runner_builtin.transforms.target_encoding.TargetEncoding", "numpy.dtype"]
    )
    np.testing.assert_array_equal(saved.transform(CITY), fitted.transform(CITY))


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (["x"] * 87 + ["y"] * 3, "class 'y' has 3 training rows, fewer than its 5 folds. Set cv to 3 or less"),
        (["x"] * 89 + ["y"], "class 'y' has 1 training rows, fewer than its 5 folds. Leave it out"),
    ],
)
def test_a_class_smaller_than_the_folds_is_refused(target, told):
    with pytest.raises(DataError, match=told):
        TargetEncoding().fit_transform(CITY, np.array(target))
