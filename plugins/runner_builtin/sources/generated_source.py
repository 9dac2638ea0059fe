"""Data made by scikit-learn's generators: as many rows as one likes, of a shape one knows."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, did_you_mean
from runner.label_sets import texts_of
from runner.options import Count
from runner_builtin.sources.fingerprints import content_fingerprint

#: Options of the generators that this source sets itself, or that would change what they return.
_TAKEN = frozenset(
    {"n_samples", "random_state", "return_X_y", "return_centers", "coef", "sparse"}
    | {"return_indicator", "return_distributions"}
)


@dataclass(frozen=True, kw_only=True)
class GeneratedSource:
    """Make rows by `sklearn.datasets.make_…`: features as an array (n_samples, n_features), one target per row.

    Of `multilabel_classification` the target is a text of labels, such as "0;3".

    make: the generator, such as `moons` for `make_moons`. options: what else it is given, such as `{noise: 0.1}`.
    random_state: None takes one from the experiment's seed. Raises ConfigError for options that it does not know or
    cannot fulfil.
    """

    make: Literal[
        "blobs",
        "circles",
        "classification",
        "friedman1",
        "friedman2",
        "friedman3",
        "gaussian_quantiles",
        "hastie_10_2",
        "moons",
        "multilabel_classification",
        "regression",
        "s_curve",
        "sparse_uncorrelated",
        "swiss_roll",
    ]
    n_samples: Count = 100
    options: dict[str, Any] | None = None
    random_state: int | None = None

    draws: ClassVar[bool] = True

    def load(self, context: SourceContext) -> Dataset:
        """Return the rows in the order in which they are made."""
        from sklearn import datasets  # 0.2 s beyond the rest of scikit-learn, which a mere check does without

        generator = getattr(datasets, f"make_{self.make}")
        seed = context.seed if self.random_state is None else self.random_state
        features, target = self._made(generator, seed)
        return Dataset.of(features, target, fingerprint=content_fingerprint(features, target))

    def _made(self, generator: Callable[..., Any], seed: int) -> tuple[Any, Any]:
        options = self.options or {}
        allowed = sorted(set(inspect.signature(generator).parameters) - _TAKEN)
        for name in options:
            if name not in allowed:
                raise ConfigError(f"options: make_{self.make} takes no {name!r} here. {did_you_mean(name, allowed)}")
        try:
            features, target = generator(n_samples=self.n_samples, random_state=seed, **options)
        except (ValueError, TypeError) as error:
            raise ConfigError(f"options: make_{self.make} with {dict(options)!r}: {error}") from error
        if self.make == "multilabel_classification":
            return features, texts_of(target, range(target.shape[1]))
        if np.ndim(target) != 1:
            raise ConfigError(
                f"options: make_{self.make} with {dict(options)!r} gives {np.shape(target)[1]} targets per row; "
                f"a dataset has one."
            )
        return features, target
