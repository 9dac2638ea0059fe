"""Which steps there is C for, by distribution and class, and the walk over a pipeline.

A class is looked up by its own name, never by that of a class it is made from: whoever derives one may have changed
what it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner_builtin.exporters.c_code import (
    category_steps,
    linear_models,
    number_steps,
    table_steps,
    text_steps,
    tree_models,
)
from runner_builtin.exporters.c_code.answers import Answer
from runner_builtin.exporters.c_code.linear_models import Write as WriteModel
from runner_builtin.exporters.c_code.program import Data, Program, Step
from runner_builtin.exporters.c_code.table_steps import Write

TRANSFORMS: Mapping[str, Write] = {
    "runner_builtin:Characters": text_steps.tfidf,
    "runner_builtin:Counts": text_steps.counts,
    "runner_builtin:Flatten": number_steps.unchanged,
    "runner_builtin:Frequency": category_steps.coded,
    "runner_builtin:BestShare": number_steps.chosen,
    "runner_builtin:Hashing": text_steps.hashing,
    "runner_builtin:ImageToMatrix": number_steps.image_to_matrix,
    "runner_builtin:KBest": number_steps.chosen,
    "runner_builtin:KeptColumns": number_steps.kept,
    "runner_builtin:Log": number_steps.logarithm,
    "runner_builtin:Normalise": number_steps.normalise,
    "runner_builtin:Ordinal": category_steps.coded,
    "runner_builtin:Pca": number_steps.principal_axes,
    "runner_builtin:SparseChoice": number_steps.chosen,
    "runner_builtin:Svd": number_steps.singular_vectors,
    "runner_builtin:Tfidf": text_steps.tfidf,
    "runner_builtin:Varying": number_steps.chosen,
    "sklearn:CountVectorizer": text_steps.counts,
    "sklearn:HashingVectorizer": text_steps.hashing,
    "sklearn:MaxAbsScaler": number_steps.largest_absolute,
    "sklearn:MinMaxScaler": number_steps.min_max,
    "sklearn:Normalizer": number_steps.normalizer,
    "sklearn:OneHotEncoder": category_steps.one_hot,
    "sklearn:OrdinalEncoder": category_steps.coded,
    "sklearn:PCA": number_steps.principal_axes,
    "sklearn:RobustScaler": number_steps.robust,
    "sklearn:SelectKBest": number_steps.chosen,
    "sklearn:StandardScaler": number_steps.standard,
    "sklearn:TfidfTransformer": text_steps.weighting,
    "sklearn:TfidfVectorizer": text_steps.tfidf,
    "sklearn:TruncatedSVD": number_steps.singular_vectors,
    "sklearn:VarianceThreshold": number_steps.chosen,
}
CLEANERS: Mapping[str, Write] = {
    "runner_builtin:AllowedValues": table_steps.allowed_values,
    "runner_builtin:Clip": table_steps.clip,
    "runner_builtin:DropColumns": table_steps.without(lambda one: one.names_ if one.learns else one.columns),
    "runner_builtin:DropConstantColumns": table_steps.without(lambda one: one.constant_),
    "runner_builtin:DropLeakingColumns": table_steps.without(lambda one: one.dropped_),
    "runner_builtin:FillMissing": table_steps.fill_missing,
    "runner_builtin:RareCategories": table_steps.rare_categories,
    "runner_builtin:Relabel": number_steps.unchanged,
}
MODELS: Mapping[str, WriteModel] = {
    "runner_builtin:LinearRegressor": linear_models.regressor,
    "runner_builtin:LinearSVMClassifier": linear_models.classifier("margins"),
    "runner_builtin:LowRankLinearClassifier": linear_models.low_rank_classifier,
    "runner_builtin:LowRankLinearRegressor": linear_models.low_rank_regressor,
    "runner_builtin:MLPClassifier": linear_models.network_classifier,
    "runner_builtin:MLPRegressor": linear_models.network_regressor,
    "runner_builtin:QuantizedClassifier": linear_models.quantized_classifier,
    "runner_builtin:QuantizedRegressor": linear_models.quantized_regressor,
    "runner_builtin:SoftmaxClassifier": linear_models.classifier("softmax"),
    "sklearn:ARDRegression": linear_models.regressor,
    "sklearn:BayesianRidge": linear_models.regressor,
    "sklearn:DecisionTreeClassifier": tree_models.tree_classifier,
    "sklearn:DecisionTreeRegressor": tree_models.tree_regressor,
    "sklearn:ElasticNet": linear_models.regressor,
    "sklearn:ElasticNetCV": linear_models.regressor,
    "sklearn:ExtraTreeClassifier": tree_models.tree_classifier,
    "sklearn:ExtraTreeRegressor": tree_models.tree_regressor,
    "sklearn:ExtraTreesClassifier": tree_models.forest_classifier,
    "sklearn:ExtraTreesRegressor": tree_models.forest_regressor,
    "sklearn:GammaRegressor": linear_models.log_regressor,
    "sklearn:GradientBoostingClassifier": tree_models.boosted_classifier,
    "sklearn:GradientBoostingRegressor": tree_models.boosted_regressor,
    "sklearn:HistGradientBoostingClassifier": tree_models.histogram_classifier,
    "sklearn:HistGradientBoostingRegressor": tree_models.histogram_regressor,
    "sklearn:HuberRegressor": linear_models.regressor,
    "sklearn:Lasso": linear_models.regressor,
    "sklearn:LassoCV": linear_models.regressor,
    "sklearn:LinearDiscriminantAnalysis": linear_models.classifier("softmax"),
    "sklearn:LinearRegression": linear_models.regressor,
    "sklearn:LinearSVC": linear_models.classifier("margins"),
    "sklearn:LinearSVR": linear_models.regressor,
    "sklearn:LogisticRegression": linear_models.classifier(linear_models.logistic_regression),
    "sklearn:MLPClassifier": linear_models.network_classifier,
    "sklearn:MLPRegressor": linear_models.network_regressor,
    "sklearn:PassiveAggressiveClassifier": linear_models.classifier("margins"),
    "sklearn:Perceptron": linear_models.classifier("margins"),
    "sklearn:PoissonRegressor": linear_models.log_regressor,
    "sklearn:RandomForestClassifier": tree_models.forest_classifier,
    "sklearn:RandomForestRegressor": tree_models.forest_regressor,
    "sklearn:Ridge": linear_models.regressor,
    "sklearn:RidgeCV": linear_models.regressor,
    "sklearn:RidgeClassifier": linear_models.classifier("margins"),
    "sklearn:SGDClassifier": linear_models.classifier(linear_models.stochastic),
    "sklearn:SGDRegressor": linear_models.regressor,
}
#: Trees are grown on numbers in single precision, rounded from double after the last step, and data on a grid lie on
#: their limits. Those of histograms are grown on double precision.
_SINGLE_TREES = frozenset(key for key, write in MODELS.items() if write in vars(tree_models).values())
_DOUBLE_TREES = frozenset(key for key in MODELS if "HistGradient" in key)
#: Steps made of others.
_REPAIR, _ROUTER, _PIPELINE = "runner:Repair", "sklearn:ColumnTransformer", "sklearn:Pipeline"


def write_pipeline(pipeline: Any, data: Data, program: Program) -> Answer:
    """Write all steps. data: where the row is. Raises PluginError naming the step there is no C for."""
    for name, estimator in pipeline.steps[:-1]:
        data = write_step(Step(name, estimator), data, program)
    last = Step(*pipeline.steps[-1])
    write = MODELS.get(_key(last.estimator))
    if write is None:
        last.refuse("there is no C for this model", _offered(MODELS))
    return write(last, data, program)


def decides_by_rounding(pipeline: Any) -> bool:
    """Say whether numbers must be computed in double precision for the model to go the same way."""
    model = _key(pipeline.steps[-1][1])
    return model in _DOUBLE_TREES or (model in _SINGLE_TREES and len(pipeline.steps) > 1)


def write_step(step: Step, data: Data, program: Program) -> Data:
    """Write a step before the model."""
    key = _key(step.estimator)
    if key == _REPAIR:
        for cleaner in step.estimator.cleaners:
            data = _written(CLEANERS, Step(f"{step.name}.{type(cleaner).__name__}", cleaner), data, program)
        return data
    if key == _ROUTER:
        return table_steps.routed(step, data, program, write_step)
    if key == _PIPELINE:
        for name, estimator in step.estimator.steps:
            data = write_step(Step(f"{step.name}.{name}", estimator), data, program)
        return data
    if isinstance(step.estimator, str) and step.estimator == "passthrough":
        return data
    return _written(TRANSFORMS, step, data, program)


def _written(offered: Mapping[str, Write], step: Step, data: Data, program: Program) -> Data:
    write = offered.get(_key(step.estimator))
    if write is None:
        step.refuse("there is no C for this step", _offered(offered))
    return write(step, data, program)


def _key(estimator: Any) -> str:
    kind = type(estimator)
    return f"{kind.__module__.split('.')[0]}:{kind.__qualname__}"


def _offered(table: Mapping[str, Any]) -> str:
    names = sorted(key.split(":")[1] for key in table)
    return f"There is C for {', '.join(names)}. Choose one of them, or the exporter 'skops'."
