"""Fewer columns that hold most of what many did."""

from __future__ import annotations

from typing import Any, Literal, Self

from sklearn.decomposition import PCA, TruncatedSVD

from runner.errors import DataError
from runner.options import Count, Share


class Svd(TruncatedSVD):  # type: ignore[misc]
    """Project rows on the first `n_components` right singular vectors, without centring; dense.

    On TF-IDF vectors this is latent semantic analysis (Deerwester et al., 1990). Takes CSR and dense numbers.
    algorithm: "randomized" (Halko et al., 2009), to whose start random_state belongs, or "arpack", exact and slower.
    Raises DataError for more components than rows or columns.
    """

    def __init__(
        self,
        *,
        n_components: Count = 100,
        algorithm: Literal["randomized", "arpack"] = "randomized",
        n_iter: Count = 5,
        random_state: int | None = None,
    ) -> None:
        super().__init__(n_components=n_components, algorithm=algorithm, n_iter=n_iter, random_state=random_state)

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the vectors. X: (n_rows, n_columns)."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn from X and return its projection."""
        most = min(X.shape) - (self.algorithm == "arpack")
        _check_components("svd", self.n_components, X, most)
        return super().fit_transform(X, y)


class Pca(PCA):  # type: ignore[misc]
    """Project centred rows on their principal axes; dense (Pearson, 1901; Hotelling, 1933).

    n_components: how many, or as a share: as many as hold this share of the variance. whiten: each with unit
    variance. Takes dense numbers. Raises DataError for sparse ones, and for more components than rows or columns.
    """

    def __init__(
        self, *, n_components: Count | Share = 0.95, whiten: bool = False, random_state: int | None = None
    ) -> None:
        super().__init__(n_components=n_components, whiten=whiten, random_state=random_state)

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the axes. X: (n_rows, n_columns)."""
        self._check(X)
        return super().fit(X, y)  # type: ignore[no-any-return]

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Learn from X and return its projection."""
        self._check(X)
        return super().fit_transform(X, y)

    def _check(self, X: Any) -> None:
        if hasattr(X, "tocsr"):
            raise DataError(
                f"transform 'pca' takes dense numbers, found a sparse matrix of shape {X.shape}, which centring "
                f"would fill. Use 'svd'."
            )
        if isinstance(self.n_components, int):
            _check_components("pca", self.n_components, X, min(X.shape))


def _check_components(transform: str, wanted: int, X: Any, most: int) -> None:
    """Refuse more components than there can be. Raises DataError with the valid range."""
    if wanted > most:
        n_rows, n_columns = X.shape
        raise DataError(
            f"transform {transform!r}: n_components is {wanted}, but {n_rows} training rows of {n_columns} columns "
            f"allow {f'1 to {most}' if most else 'none'}."
        )
