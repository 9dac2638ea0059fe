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
        "concat": "runner_builtin.concat_source:ConcatSource",
        "csv": "runner_builtin.csv_source:CsvSource",
        "docstrings": "runner_builtin.docstrings_source:DocstringsSource",
        "http": "runner_builtin.http_source:HttpSource",
        "generated": "runner_builtin.generated_source:GeneratedSource",
        "idx": "runner_builtin.idx_source:IdxSource",
        "image_files": "runner_builtin.image_files_source:ImageFilesSource",
        "excel": "runner_builtin.excel_source:ExcelSource",
        "in_memory": "runner_builtin.in_memory_source:InMemorySource",
        "join": "runner_builtin.join_source:JoinSource",
        "json": "runner_builtin.json_source:JsonSource",
        "json_lines": "runner_builtin.json_lines_source:JsonLinesSource",
        "openml": "runner_builtin.openml_source:OpenmlSource",
        "parquet": "runner_builtin.parquet_source:ParquetSource",
        "sklearn_dataset": "runner_builtin.sklearn_source:SklearnDatasetSource",
        "sql": "runner_builtin.sql_source:SqlSource",
        "text_files": "runner_builtin.text_files_source:TextFilesSource",
    }


@hookimpl
def runner_cleaners() -> Table:
    """Offer cleaners of tables and arrays."""
    return {
        "allowed_values": "runner_builtin.allowed_values:AllowedValues",
        "cast": "runner_builtin.cast:Cast",
        "clean_text": "runner_builtin.clean_text:CleanText",
        "clip": "runner_builtin.clip:Clip",
        "drop_columns": "runner_builtin.column_cleaners:DropColumns",
        "drop_conflicts": "runner_builtin.row_cleaners:DropConflicts",
        "drop_constant_columns": "runner_builtin.column_cleaners:DropConstantColumns",
        "drop_duplicates": "runner_builtin.row_cleaners:DropDuplicates",
        "drop_leaking_columns": "runner_builtin.leaking_columns:DropLeakingColumns",
        "drop_missing": "runner_builtin.row_cleaners:DropMissing",
        "drop_outliers": "runner_builtin.drop_outliers:DropOutliers",
        "fill_by_model": "runner_builtin.fill_by_model:FillByModel",
        "fill_missing": "runner_builtin.fill_missing:FillMissing",
        "isolation_outliers": "runner_builtin.isolation_outliers:IsolationOutliers",
        "label_noise": "runner_builtin.label_noise:LabelNoise",
        "mask_pii": "runner_builtin.mask_pii:MaskPii",
        "near_duplicates": "runner_builtin.near_duplicates:NearDuplicates",
        "query": "runner_builtin.query_rows:Query",
        "random_undersample": "runner_builtin.resampling:RandomUndersample",
        "rare_categories": "runner_builtin.rare_categories:RareCategories",
        "relabel": "runner_builtin.target_cleaners:Relabel",
        "target_values": "runner_builtin.target_cleaners:TargetValues",
    }


@hookimpl
def runner_splitters() -> Table:
    """Offer hold-outs and cross-validations, and scikit-learn's own."""
    return {
        **SPLITTERS,
        "by_column": "runner_builtin.given_splitters:ByColumn",
        "by_file": "runner_builtin.given_splitters:ByFile",
        "group_holdout": "runner_builtin.group_splitters:GroupHoldout",
        "group_kfold": "runner_builtin.group_splitters:GroupKFold",
        "hashed_holdout": "runner_builtin.hashed_splitter:HashedHoldout",
        "holdout": "runner_builtin.holdout_splitters:Holdout",
        "kfold": "runner_builtin.fold_splitters:KFold",
        "nested": "runner_builtin.fold_splitters:Nested",
        "resubstitution": "runner_builtin.holdout_splitters:Resubstitution",
        "stratified_group_kfold": "runner_builtin.group_splitters:StratifiedGroupKFold",
        "stratified_holdout": "runner_builtin.holdout_splitters:StratifiedHoldout",
        "stratified_kfold": "runner_builtin.fold_splitters:StratifiedKFold",
        "three_way": "runner_builtin.holdout_splitters:ThreeWay",
        "time_holdout": "runner_builtin.time_splitters:TimeHoldout",
        "time_series": "runner_builtin.time_splitters:TimeSeries",
    }


@hookimpl
def runner_augmenters() -> Table:
    """Offer augmenters of images, numbers and texts."""
    return {
        "brightness": "runner_builtin.pixel_augmenters:Brightness",
        "character_noise": "runner_builtin.text_noise:CharacterNoise",
        "crop": "runner_builtin.image_augmenters:Crop",
        "cutout": "runner_builtin.pixel_augmenters:Cutout",
        "delete_words": "runner_builtin.text_augmenters:DeleteWords",
        "flip": "runner_builtin.image_augmenters:Flip",
        "gaussian_noise": "runner_builtin.noise_augmenter:GaussianNoise",
        "image_noise": "runner_builtin.pixel_augmenters:ImageNoise",
        "mixup": "runner_builtin.mixup:Mixup",
        "random_oversample": "runner_builtin.resampling:RandomOversample",
        "reverse_text": "runner_builtin.text_augmenters:ReverseText",
        "rotate": "runner_builtin.image_augmenters:Rotate",
        "shift": "runner_builtin.image_augmenters:Shift",
        "smote": "runner_builtin.smote:Smote",
        "swap_words": "runner_builtin.text_augmenters:SwapWords",
        "synonyms": "runner_builtin.synonyms:Synonyms",
        "zoom": "runner_builtin.image_augmenters:Zoom",
    }


@hookimpl
def runner_transforms() -> Table:
    """Offer transforms of tables, texts and images, and scikit-learn's own."""
    return {
        **TRANSFORMS,
        "bins": "runner_builtin.number_transforms:bins",
        "characters": "runner_builtin.character_text:Characters",
        "counts": "runner_builtin.count_text:Counts",
        "date_parts": "runner_builtin.date_parts:DateParts",
        "flatten": "runner_builtin.image_transforms:Flatten",
        "frequency": "runner_builtin.frequency:Frequency",
        "grey": "runner_builtin.image_transforms:Grey",
        "hashing": "runner_builtin.hashing_text:Hashing",
        "hog": "runner_builtin.hog:Hog",
        "image_to_matrix": "runner_builtin.image_to_matrix:ImageToMatrix",
        "log": "runner_builtin.log_transform:Log",
        "min_max_scale": "runner_builtin.number_transforms:min_max_scale",
        "normalise": "runner_builtin.image_transforms:Normalise",
        "one_hot": "runner_builtin.table_transforms:one_hot",
        "ordinal": "runner_builtin.ordinal:Ordinal",
        "pca": "runner_builtin.decomposition:Pca",
        "polynomial": "runner_builtin.number_transforms:polynomial",
        "power": "runner_builtin.number_transforms:power",
        "resize": "runner_builtin.image_transforms:Resize",
        "robust_scale": "runner_builtin.number_transforms:robust_scale",
        "select_from_model": "runner_builtin.selection:SparseChoice",
        "select_k_best": "runner_builtin.score_selection:KBest",
        "select_percentile": "runner_builtin.score_selection:BestShare",
        "splines": "runner_builtin.number_transforms:splines",
        "standard_scale": "runner_builtin.table_transforms:standard_scale",
        "svd": "runner_builtin.decomposition:Svd",
        "target_encoding": "runner_builtin.target_encoding:TargetEncoding",
        "tfidf": "runner_builtin.tfidf:Tfidf",
        "variance_threshold": "runner_builtin.selection:Varying",
    }


@hookimpl
def runner_models() -> Table:
    """Offer models trained by gradients, and scikit-learn's own."""
    return {
        **MODELS,
        "calibrated": "runner_builtin.calibrated:Calibrated",
        "linear_regression": "runner_builtin.linear_models:LinearRegressor",
        "linear_svm": "runner_builtin.linear_models:LinearSVMClassifier",
        "mlp": "runner_builtin.mlp_models:MLPClassifier",
        "mlp_regression": "runner_builtin.mlp_models:MLPRegressor",
        "softmax": "runner_builtin.linear_models:SoftmaxClassifier",
        "tuned_threshold": "runner_builtin.thresholds:TunedThreshold",
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
        "accuracy": "runner_builtin.agreement_metrics:Accuracy",
        "balanced_accuracy": "runner_builtin.agreement_metrics:BalancedAccuracy",
        "brier": "runner_builtin.probability_metrics:Brier",
        "cohen_kappa": "runner_builtin.agreement_metrics:CohenKappa",
        "confusion_matrix": "runner_builtin.confusion_metrics:ConfusionMatrix",
        "expected_calibration_error": "runner_builtin.calibration_metrics:ExpectedCalibrationError",
        "explained_variance": "runner_builtin.regression_metrics:ExplainedVariance",
        "f1": "runner_builtin.class_metrics:F1",
        "fbeta": "runner_builtin.class_metrics:FBeta",
        "log_loss": "runner_builtin.probability_metrics:LogLoss",
        "mae": "runner_builtin.absolute_error_metrics:MAE",
        "mape": "runner_builtin.absolute_error_metrics:MAPE",
        "max_error": "runner_builtin.absolute_error_metrics:MaxError",
        "mcc": "runner_builtin.agreement_metrics:MatthewsCorrelation",
        "median_absolute_error": "runner_builtin.absolute_error_metrics:MedianAbsoluteError",
        "mse": "runner_builtin.regression_metrics:MSE",
        "pinball": "runner_builtin.absolute_error_metrics:Pinball",
        "pr_auc": "runner_builtin.ranking_metrics:PrAuc",
        "precision": "runner_builtin.class_metrics:Precision",
        "r2": "runner_builtin.regression_metrics:R2",
        "recall": "runner_builtin.class_metrics:Recall",
        "rmse": "runner_builtin.regression_metrics:RMSE",
        "roc_auc": "runner_builtin.ranking_metrics:RocAuc",
        "scorer": "runner_builtin.scorer_metric:Scorer",
        "top_k": "runner_builtin.top_k_metrics:TopK",
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
