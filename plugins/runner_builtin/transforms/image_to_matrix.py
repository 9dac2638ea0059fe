"""Images as rows of numbers."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from runner.errors import DataError
from runner.options import Positive


class ImageToMatrix(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Lay out images (n_rows, height, width, ...) as (n_rows, n_pixels) and divide by `scale`.

    scale: what a full pixel counts, such as 255; None means the largest absolute value of the training
    images (1 if they are all 0). float32 stays, everything else becomes float64. Raises DataError.
    """

    def __init__(self, *, scale: Positive | None = None) -> None:
        self.scale = scale

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the shape of one image, and the scale where it is not given."""
        images = _images(X)
        largest = float(np.abs(images).max(initial=0.0))
        self.image_shape_ = images.shape[1:]
        self.scale_ = float(self.scale) if self.scale is not None else largest or 1.0
        return self

    def transform(self, X: Any) -> NDArray[Any]:
        """Return (n_rows, n_pixels), row by row of each image."""
        check_is_fitted(self)
        images = _images(X)
        if images.shape[1:] != tuple(self.image_shape_):
            raise DataError(
                f"transform 'image_to_matrix' learned images of shape {tuple(self.image_shape_)} and now meets "
                f"{images.shape[1:]}; bring them to one size first."
            )
        return np.asarray(images.reshape(len(images), math.prod(images.shape[1:])) / self.scale_)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Name each pixel by its place, `pixel_0_0` being the first of the first row."""
        check_is_fitted(self)
        places = np.ndindex(*self.image_shape_)
        return np.asarray(["_".join(["pixel", *map(str, place)]) for place in places], dtype=object)


def _images(X: Any) -> NDArray[Any]:
    images = np.asarray(X)
    if images.ndim < 3 or images.dtype.kind not in "biuf":
        raise DataError(
            f"transform 'image_to_matrix' needs images, numbers of shape (n_rows, height, width); found "
            f"{images.dtype} of shape {images.shape}."
        )
    return images if images.dtype == np.float32 else images.astype(np.float64, copy=False)
