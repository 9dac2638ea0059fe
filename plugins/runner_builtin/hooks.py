"""What the built-in plugin offers, by kind. Everything is named by a string, so nothing is imported here."""

from __future__ import annotations

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
        "linear_regression": "runner_builtin.models:LinearRegressor",
        "linear_svm": "runner_builtin.models:LinearSVMClassifier",
        "softmax": "runner_builtin.models:SoftmaxClassifier",
    }


@hookimpl
def runner_optimizers() -> Table:
    """Offer optimizers of first order."""
    return {
        "adam": "runner_builtin.optimizers:Adam",
        "gd": "runner_builtin.optimizers:GradientDescent",
        "momentum": "runner_builtin.optimizers:Momentum",
        "nesterov": "runner_builtin.optimizers:Nesterov",
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
        "linear": "runner_builtin.schedulers:Linear",
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
def runner_compressors() -> Table:
    """Offer shrinkers of fitted pipelines."""
    return {"truncated_svd": "runner_builtin.compressors:TruncatedSVDCompressor"}


@hookimpl
def runner_exporters() -> Table:
    """Offer writers of finished models."""
    return {
        "pickle": "runner_builtin.exporters:PickleExporter",
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
def runner_trusted_types() -> list[str]:
    """Name what fitted built-in pipelines hold beside the components themselves."""
    return list(TRUSTED_TYPES)
