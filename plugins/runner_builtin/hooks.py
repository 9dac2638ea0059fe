"""What the built-in plugin offers, by kind. Everything is named by a string, so nothing is imported here."""

from __future__ import annotations

from collections.abc import Mapping

from runner.hookspecs import Table, hookimpl
from runner_builtin.sklearn_names import MODELS, SPLITTERS, TRANSFORMS
from runner_builtin.trusted_types import TRUSTED_TYPES


@hookimpl
def runner_sources() -> Table:
    """Offer files, memory, and data that every installation has."""
    return {
        "csv": "runner_builtin.csv_source:CsvSource",
        "docstrings": "runner_builtin.docstrings_source:DocstringsSource",
        "in_memory": "runner_builtin.in_memory_source:InMemorySource",
        "json_lines": "runner_builtin.json_lines_source:JsonLinesSource",
        "parquet": "runner_builtin.parquet_source:ParquetSource",
        "sklearn_dataset": "runner_builtin.sklearn_source:SklearnDatasetSource",
    }


@hookimpl
def runner_cleaners() -> Table:
    """Offer cleaners of tables and arrays."""
    return {
        "clip": "runner_builtin.clip:Clip",
        "drop_duplicates": "runner_builtin.row_cleaners:DropDuplicates",
        "drop_missing": "runner_builtin.row_cleaners:DropMissing",
        "drop_outliers": "runner_builtin.drop_outliers:DropOutliers",
        "fill_missing": "runner_builtin.fill_missing:FillMissing",
    }


@hookimpl
def runner_splitters() -> Table:
    """Offer hold-outs and cross-validations, and scikit-learn's own."""
    return {
        **SPLITTERS,
        "group_kfold": "runner_builtin.splitters:GroupKFold",
        "holdout": "runner_builtin.splitters:Holdout",
        "kfold": "runner_builtin.splitters:KFold",
        "resubstitution": "runner_builtin.splitters:Resubstitution",
        "stratified_holdout": "runner_builtin.splitters:StratifiedHoldout",
        "stratified_kfold": "runner_builtin.splitters:StratifiedKFold",
        "time_series": "runner_builtin.splitters:TimeSeries",
    }


@hookimpl
def runner_augmenters() -> Table:
    """Offer augmenters of images, numbers and texts."""
    return {
        "crop": "runner_builtin.image_augmenters:Crop",
        "flip": "runner_builtin.image_augmenters:Flip",
        "gaussian_noise": "runner_builtin.noise_augmenter:GaussianNoise",
        "reverse_text": "runner_builtin.text_augmenters:ReverseText",
        "rotate": "runner_builtin.image_augmenters:Rotate",
        "shift": "runner_builtin.image_augmenters:Shift",
    }


@hookimpl
def runner_transforms() -> Table:
    """Offer transforms of tables, texts and images, and scikit-learn's own."""
    return {
        **TRANSFORMS,
        "image_to_matrix": "runner_builtin.image_to_matrix:ImageToMatrix",
        "one_hot": "runner_builtin.table_transforms:one_hot",
        "standard_scale": "runner_builtin.table_transforms:standard_scale",
        "tfidf": "runner_builtin.tfidf:Tfidf",
    }


@hookimpl
def runner_models() -> Table:
    """Offer models trained by gradients, and scikit-learn's own."""
    return {
        **MODELS,
        "linear_regression": "runner_builtin.linear_models:LinearRegressor",
        "linear_svm": "runner_builtin.linear_models:LinearSVMClassifier",
        "mlp": "runner_builtin.mlp_models:MLPClassifier",
        "mlp_regression": "runner_builtin.mlp_models:MLPRegressor",
        "softmax": "runner_builtin.linear_models:SoftmaxClassifier",
    }


@hookimpl
def runner_optimizers() -> Table:
    """Offer optimizers of first order, and one that estimates the second."""
    return {
        "adagrad": "runner_builtin.optimizers:Adagrad",
        "adam": "runner_builtin.optimizers:Adam",
        "adamw": "runner_builtin.optimizers:AdamW",
        "gd": "runner_builtin.optimizers:GradientDescent",
        "lbfgs": "runner_builtin.lbfgs:LBFGS",
        "lion": "runner_builtin.optimizers:Lion",
        "momentum": "runner_builtin.optimizers:Momentum",
        "nesterov": "runner_builtin.optimizers:Nesterov",
        "rmsprop": "runner_builtin.optimizers:RMSProp",
        "sgd": "runner_builtin.optimizers:StochasticGradientDescent",
    }


@hookimpl
def runner_schedulers() -> Table:
    """Offer schedules of the learning rate."""
    return {
        "constant": "runner_builtin.schedulers:Constant",
        "cosine": "runner_builtin.schedulers:Cosine",
        "cosine_restarts": "runner_builtin.schedulers:CosineRestarts",
        "exponential": "runner_builtin.schedulers:Exponential",
        "inverse_sqrt": "runner_builtin.schedulers:InverseSqrt",
        "linear": "runner_builtin.schedulers:Linear",
        "one_cycle": "runner_builtin.schedulers:OneCycle",
        "polynomial": "runner_builtin.schedulers:Polynomial",
        "reduce_on_plateau": "runner_builtin.schedulers:ReduceOnPlateau",
        "step": "runner_builtin.schedulers:Step",
    }


@hookimpl
def runner_metrics() -> Table:
    """Offer scores of classifications and regressions."""
    return {
        "accuracy": "runner_builtin.class_metrics:Accuracy",
        "confusion_matrix": "runner_builtin.class_metrics:ConfusionMatrix",
        "f1": "runner_builtin.class_metrics:F1",
        "log_loss": "runner_builtin.class_metrics:LogLoss",
        "mae": "runner_builtin.regression_metrics:MAE",
        "precision": "runner_builtin.class_metrics:Precision",
        "r2": "runner_builtin.regression_metrics:R2",
        "recall": "runner_builtin.class_metrics:Recall",
        "rmse": "runner_builtin.regression_metrics:RMSE",
        "roc_auc": "runner_builtin.class_metrics:RocAuc",
    }


@hookimpl
def runner_searches() -> Table:
    """Offer choosers of a sweep's trials."""
    return {
        "grid": "runner_builtin.searches:Grid",
        "halving": "runner_builtin.halving_searches:Halving",
        "hyperband": "runner_builtin.halving_searches:Hyperband",
        "random": "runner_builtin.searches:Random",
        "tpe": "runner_builtin.optuna_searches:TPE",
    }


@hookimpl
def runner_compressors() -> Table:
    """Offer shrinkers of fitted pipelines."""
    return {"truncated_svd": "runner_builtin.compressors:TruncatedSVDCompressor"}


@hookimpl
def runner_exporters() -> Table:
    """Offer writers of finished models."""
    return {
        "pickle": "runner_builtin.pickle_exporter:PickleExporter",
        "skops": "runner_builtin.exporters:SkopsExporter",
    }


@hookimpl
def runner_trackers() -> Table:
    """Offer the record of events."""
    return {"jsonl": "runner_builtin.jsonl_tracker:JsonlTracker"}


@hookimpl
def runner_executors() -> Table:
    """Offer execution in this process."""
    return {"inline": "runner_builtin.inline_executor:InlineExecutor"}


@hookimpl
def runner_trainers() -> Mapping[str, str]:
    """Offer to train many models at once: by gradients as one matrix product a step, by SGD in one pass."""
    gradients = "runner_builtin.gradient_together:GradientTogether"
    return {
        "runner_builtin.linear_models:LinearRegressor": gradients,
        "runner_builtin.linear_models:LinearSVMClassifier": gradients,
        "runner_builtin.linear_models:SoftmaxClassifier": gradients,
        "runner_builtin.mlp_models:MLPClassifier": gradients,
        "runner_builtin.mlp_models:MLPRegressor": gradients,
        "sklearn.linear_model:SGDClassifier": "runner_builtin.sgd_together:SGDTogether",
    }


@hookimpl
def runner_trusted_types() -> list[str]:
    """Name what fitted built-in pipelines hold beside the components themselves."""
    low_rank = ("LowRankLinearClassifier", "LowRankLinearRegressor")
    return [*TRUSTED_TYPES, *(f"runner_builtin.compressors.{name}" for name in low_rank)]
