import numpy as np
import pytest
import skops.io
from scipy import sparse
from sklearn.base import clone
from sklearn.decomposition import PCA, TruncatedSVD

from runner.errors import DataError
from runner.testing import Project
from runner_builtin.transforms.decomposition import Pca, Svd

ROWS = np.random.default_rng(0).normal(size=(40, 8)) * [5, 4, 3, 1, 0.1, 0.1, 0.1, 0.1]
TYPES = ["runner_builtin.transforms.decomposition.Svd", "runner_builtin.transforms.decomposition.Pca"]


@pytest.mark.parametrize("rows", [ROWS, sparse.csr_matrix(ROWS)], ids=["dense", "sparse"])
def test_svd_is_scikit_learns(rows):
    ours = clone(Svd(n_components=3, random_state=7)).fit(rows)
    np.testing.assert_array_equal(
        ours.transform(rows), TruncatedSVD(n_components=3, random_state=7).fit(rows).transform(rows)
    )


def test_svd_can_be_exact():
    exact = Svd(n_components=2, algorithm="arpack", random_state=0).fit(ROWS)
    np.testing.assert_allclose(exact.singular_values_, np.linalg.svd(ROWS)[1][:2])


def test_pca_keeps_the_share_of_variance_asked_for():
    fitted = clone(Pca(n_components=0.9)).fit(ROWS)
    assert fitted.n_components_ == 3
    assert fitted.explained_variance_ratio_.sum() > 0.9
    np.testing.assert_array_equal(fitted.transform(ROWS), PCA(n_components=0.9).fit(ROWS).transform(ROWS))


def test_pca_takes_a_number_of_components_and_whitens():
    projected = Pca(n_components=2, whiten=True).fit_transform(ROWS)
    assert projected.shape == (40, 2)
    np.testing.assert_allclose(projected.std(axis=0, ddof=1), 1)


@pytest.mark.parametrize("transform", [Svd(n_components=2, random_state=0), Pca(n_components=2)], ids=["svd", "pca"])
def test_a_fitted_one_names_its_columns_and_can_be_saved(transform):
    fitted = clone(transform).fit(ROWS)
    assert fitted.get_feature_names_out().tolist() == [f"{type(fitted).__name__.lower()}{n}" for n in range(2)]
    saved = skops.io.loads(skops.io.dumps(fitted), trusted=TYPES)
    np.testing.assert_array_equal(saved.transform(ROWS), fitted.transform(ROWS))


@pytest.mark.fault("F90")
@pytest.mark.parametrize("learn", ["fit", "fit_transform"])
@pytest.mark.parametrize(
    ("transform", "rows", "told"),
    [
        (Svd(), ROWS, "'svd': n_components is 100, but 40 training rows of 8 columns allow 1 to 8"),
        (Svd(n_components=8, algorithm="arpack"), ROWS, "n_components is 8, .* allow 1 to 7"),
        (Svd(n_components=5), ROWS[:4], "n_components is 5, but 4 training rows of 8 columns allow 1 to 4"),
        (Svd(n_components=1, algorithm="arpack"), ROWS[:, :1], "allow none"),
        (Pca(n_components=9), ROWS, "'pca': n_components is 9, but 40 training rows of 8 columns allow 1 to 8"),
        (
            Pca(),
            sparse.csr_matrix(ROWS),
            "'pca' takes dense numbers, found a sparse matrix of shape .40, 8.* Use 'svd'",
        ),
    ],
)
def test_more_components_than_there_can_be_are_refused_with_the_valid_range(learn, transform, rows, told):
    with pytest.raises(DataError, match=told):
        getattr(transform, learn)(rows)


def test_as_many_components_as_columns_are_valid():
    assert Svd(n_components=8, random_state=0).fit_transform(ROWS).shape == (40, 8)
    assert Pca(n_components=8).fit_transform(ROWS).shape == (40, 8)


@pytest.mark.fault("F90")
def test_a_run_with_more_components_than_columns_ends_as_a_fault_of_the_data(tmp_path):
    words = ["+experiment=breast_cancer", "transforms=[standard_scale,svd]"]
    ended = Project(tmp_path).run(*words).assert_code(3)
    assert "n_components is 100, but 455 training rows of 30 columns allow 1 to 30" in " ".join(ended.err.split())
