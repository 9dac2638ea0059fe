"""What models that a compressor made have in common: they answer like any other, and cannot be fitted."""

from __future__ import annotations

from typing import Any, NoReturn

from sklearn.base import BaseEstimator

from runner.errors import ConfigError


class CompressedModel(BaseEstimator):  # type: ignore[misc]
    """Made of a fitted model, so that it is fitted from the beginning; takes dense rows and CSR."""

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(self, X: Any, y: Any = None) -> NoReturn:
        """Refuse: what it holds comes from a fitted model."""
        raise ConfigError(
            f"{type(self).__name__} is a compressed model and cannot be fitted. Fit the pipeline it was made from "
            "and compress that."
        )
