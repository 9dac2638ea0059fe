"""The models trained by gradients, for import by one name; each stands in the file of its idea."""

from runner_builtin.gradient_classifier import labels, probabilities
from runner_builtin.linear_models import LinearRegressor, LinearSVMClassifier, SoftmaxClassifier
from runner_builtin.mlp_models import MLPClassifier, MLPRegressor

__all__ = [
    "LinearRegressor",
    "LinearSVMClassifier",
    "MLPClassifier",
    "MLPRegressor",
    "SoftmaxClassifier",
    "labels",
    "probabilities",
]
