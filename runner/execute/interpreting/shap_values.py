"""SHAP values: what each input adds to an answer, shared out as in a game (Lundberg and Lee, 2017)."""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from runner.errors import PluginError
from runner.execute.interpreting.asking import LeftOutError, Subject
from runner.execute.interpreting.coefficients import coefficient_table
from runner.execute.interpreting.feature_names import feature_names

_ROWS = 1000
#: More cells are not made dense: 80 MB.
_CELLS = 10_000_000


def check_extra() -> None:
    """Raise PluginError where the package is missing."""
    if importlib.util.find_spec("shap") is None:
        raise PluginError("'interpret.shap' needs the package shap: pip install 'runner-ml[shap]'")


def shap_values(subject: Subject, most: int) -> dict[str, Any]:
    """Return the part `shap`: of the inputs of a tree or linear model, the mean size of what they add.

    The mean is over at most 1,000 held-out rows, and over the outputs. Nothing is kept of the explainer. Raises
    LeftOutError for a model of another kind.
    """
    rows = subject.rows.take(np.arange(min(subject.rows.n_rows, _ROWS)))
    steps = subject.pipeline.steps
    inputs = Pipeline(steps[:-1]).transform(rows.features) if len(steps) > 1 else rows.features
    if np.prod(inputs.shape, dtype=float) > _CELLS:
        raise LeftOutError(f"{inputs.shape[0]} rows of {inputs.shape[1]} values are too many for SHAP")
    values = _values(subject, _dense(inputs))
    sizes = np.abs(values).mean(axis=0)
    sizes = sizes.reshape(sizes.shape[0], -1).mean(axis=1)
    names = feature_names(subject.pipeline, subject.rows.features, len(sizes))
    order = np.argsort(-sizes, kind="stable")[:most]
    return {"features": [{"name": names[it], "mean_abs": float(sizes[it])} for it in order], "rows": rows.n_rows}


def _dense(inputs: Any) -> NDArray[np.float64]:
    return np.asarray(inputs.toarray() if hasattr(inputs, "toarray") else inputs, dtype=np.float64)


def _values(subject: Subject, inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n_rows, n_columns) or (n_rows, n_columns, n_outputs)."""
    model = subject.model
    intercept = getattr(model, "intercept_", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap  # an extra of half a second, for those who ask for it

        if hasattr(model, "coef_") and intercept is not None:
            table = coefficient_table(subject)
            explainer = shap.LinearExplainer((_one_row(table), _one_row(np.asarray(intercept))), inputs)
        elif hasattr(model, "tree_") or hasattr(model, "estimators_") or hasattr(model, "_predictors"):
            try:
                explainer = shap.TreeExplainer(model)
            except Exception as error:
                raise LeftOutError(f"shap explains no {type(model).__name__}: {error}") from error
        else:
            raise LeftOutError(f"{subject.called} is neither a tree, nor made of trees, nor linear")
        return np.asarray(explainer.shap_values(inputs), dtype=np.float64)


def _one_row(array: NDArray[Any]) -> NDArray[Any]:
    """Return what stands in a table of one row by itself."""
    return array[0] if len(np.atleast_1d(array)) == 1 and array.ndim else array
