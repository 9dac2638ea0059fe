"""A fitted linear model taken apart: its coefficients, and how its scores become probabilities.

Nothing is taken on trust: what is found is asked a few rows, and has to answer as the model itself does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from runner.errors import ConfigError, DataError
from runner_builtin.models.gradient_classifier import probabilities

Array = NDArray[Any]
#: How scores become probabilities.
Link = Literal["softmax", "one_vs_rest"]


def one_vs_rest(scores: Array) -> Array:
    """Return the logistic function of each class's score, made to sum to 1 over the classes."""
    if scores.ndim == 1:
        return probabilities(scores)
    each = 0.5 * (1 + np.tanh(0.5 * scores))
    return np.asarray(each / each.sum(axis=1, keepdims=True))


#: Scores -> probabilities, by the name of the link.
LINKS: dict[Link | None, Callable[[Array], Array]] = {"softmax": probabilities, "one_vs_rest": one_vs_rest}


def coefficients(compressor: str, name: str, model: Any) -> tuple[Array, Array]:
    """Coefficients (n_outputs, n_features) and intercepts (n_outputs,), once they are seen to make the model.

    Raises ConfigError for a model that is not linear, DataError for coefficients that are not finite.
    """
    coef, intercept = getattr(model, "coef_", None), getattr(model, "intercept_", None)
    if coef is None or intercept is None:
        raise _not_linear(compressor, name, model, "has no coef_ and intercept_")
    coef = np.atleast_2d(coef.toarray() if hasattr(coef, "toarray") else coef)
    intercept = np.broadcast_to(np.asarray(intercept, dtype=coef.dtype), (coef.shape[0],)).copy()
    if not (np.isfinite(coef).all() and np.isfinite(intercept).all()):
        raise DataError(
            f"Compressor {compressor!r}: step {name!r} has coefficients that are not finite. Its training did not "
            "succeed; mend that first."
        )
    answer = model.decision_function if is_classifier(model) else model.predict
    probe = _probe(coef, intercept)
    expected = np.reshape(probe @ coef.T + intercept, (len(probe), -1))
    given = np.reshape(answer(probe), (len(probe), -1))
    if given.shape != expected.shape or not np.allclose(given, expected, rtol=1e-3, atol=1e-4):
        raise _not_linear(compressor, name, model, "does not answer with X · coef_ + intercept_")
    return coef, intercept


def link_of(compressor: str, name: str, model: Any, coef: Array, intercept: Array) -> Link | None:
    """How the model turns scores into probabilities: the way that gives what the model itself gives."""
    if not hasattr(model, "predict_proba"):
        return None
    probe = _probe(coef, intercept)
    scores = probe @ coef.T + intercept
    given = model.predict_proba(probe)
    for link, function in LINKS.items():
        ours = function(scores[:, 0] if scores.shape[1] == 1 else scores)
        if np.allclose(ours, given, rtol=1e-4, atol=1e-6):
            return link
    raise _not_linear(compressor, name, model, f"makes probabilities in another way than {sorted(map(str, LINKS))!r}")


def _probe(coef: Array, intercept: Array) -> Array:
    """Eight rows of features that bring scores of about unit size, so that no probability is worn flat."""
    scores = np.random.default_rng(0).standard_normal((8, len(coef)))
    return np.asarray((scores - intercept) @ np.linalg.pinv(coef.T.astype(np.float64), rcond=1e-4))


def _not_linear(compressor: str, name: str, model: Any, reason: str) -> ConfigError:
    return ConfigError(
        f"Compressor {compressor!r} needs a linear model as the last step; step {name!r} is "
        f"{type(model).__name__!r}, which {reason}. Choose a linear model such as 'softmax', or "
        "remove this compressor."
    )
