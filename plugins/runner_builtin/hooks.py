"""What the built-in plugin offers, by kind. Everything is named by a string, so nothing is imported here."""

from __future__ import annotations

from collections.abc import Mapping

from runner.hookspecs import Table, hookimpl
from runner_builtin.exporters.trusted_types import TRUSTED_TYPES
from runner_builtin.sklearn_names import MODELS, SPLITTERS, TRANSFORMS


@hookimpl
def runner_sources() -> Table:
    """Offer files, memory, and data that every installation has."""
    return {
        "concat": "runner_builtin.sources.concat_source:ConcatSource",
        "csv": "runner_builtin.sources.csv_source:CsvSource",
        "docstrings": "runner_builtin.sources.docstrings_source:DocstringsSource",
        "http": "runner_builtin.sources.http_source:HttpSource",
        "generated": "runner_builtin.sources.generated_source:GeneratedSource",
        "idx": "runner_builtin.sources.idx_source:IdxSource",
        "image_files": "runner_builtin.sources.image_files_source:ImageFilesSource",
        "excel": "runner_builtin.sources.excel_source:ExcelSource",
        "in_memory": "runner_builtin.sources.in_memory_source:InMemorySource",
        "join": "runner_builtin.sources.join_source:JoinSource",
        "json": "runner_builtin.sources.json_source:JsonSource",
        "json_lines": "runner_builtin.sources.json_lines_source:JsonLinesSource",
        "openml": "runner_builtin.sources.openml_source:OpenmlSource",
        "parquet": "runner_builtin.sources.parquet_source:ParquetSource",
        "sklearn_dataset": "runner_builtin.sources.sklearn_source:SklearnDatasetSource",
        "sql": "runner_builtin.sources.sql_source:SqlSource",
        "text_files": "runner_builtin.sources.text_files_source:TextFilesSource",
    }


@hookimpl
def runner_cleaners() -> Table:
    """Offer cleaners of tables and arrays."""
    return {
        "allowed_values": "runner_builtin.cleaners.allowed_values:AllowedValues",
        "cast": "runner_builtin.cleaners.cast:Cast",
        "clean_text": "runner_builtin.cleaners.clean_text:CleanText",
        "clip": "runner_builtin.cleaners.clip:Clip",
        "drop_columns": "runner_builtin.cleaners.column_cleaners:DropColumns",
        "drop_conflicts": "runner_builtin.cleaners.row_cleaners:DropConflicts",
        "drop_constant_columns": "runner_builtin.cleaners.column_cleaners:DropConstantColumns",
        "drop_duplicates": "runner_builtin.cleaners.row_cleaners:DropDuplicates",
        "drop_leaking_columns": "runner_builtin.cleaners.leaking_columns:DropLeakingColumns",
        "drop_missing": "runner_builtin.cleaners.row_cleaners:DropMissing",
        "drop_outliers": "runner_builtin.cleaners.drop_outliers:DropOutliers",
        "fill_by_model": "runner_builtin.cleaners.fill_by_model:FillByModel",
        "fill_missing": "runner_builtin.cleaners.fill_missing:FillMissing",
        "isolation_outliers": "runner_builtin.cleaners.isolation_outliers:IsolationOutliers",
        "label_noise": "runner_builtin.cleaners.label_noise:LabelNoise",
        "mask_pii": "runner_builtin.cleaners.mask_pii:MaskPii",
        "near_duplicates": "runner_builtin.cleaners.near_duplicates:NearDuplicates",
        "query": "runner_builtin.cleaners.query_rows:Query",
        "random_undersample": "runner_builtin.augmenters.resampling:RandomUndersample",
        "rare_categories": "runner_builtin.cleaners.rare_categories:RareCategories",
        "relabel": "runner_builtin.cleaners.target_cleaners:Relabel",
        "target_values": "runner_builtin.cleaners.target_cleaners:TargetValues",
    }


@hookimpl
def runner_splitters() -> Table:
    """Offer hold-outs and cross-validations, and scikit-learn's own."""
    return {
        **SPLITTERS,
        "by_column": "runner_builtin.splitters.given_splitters:ByColumn",
        "by_file": "runner_builtin.splitters.given_splitters:ByFile",
        "group_holdout": "runner_builtin.splitters.group_splitters:GroupHoldout",
        "group_kfold": "runner_builtin.splitters.group_splitters:GroupKFold",
        "hashed_holdout": "runner_builtin.splitters.hashed_splitter:HashedHoldout",
        "holdout": "runner_builtin.splitters.holdout_splitters:Holdout",
        "judged_folds": "runner_builtin.splitters.judged_folds:JudgedFolds",
        "kfold": "runner_builtin.splitters.fold_splitters:KFold",
        "nested": "runner_builtin.splitters.fold_splitters:Nested",
        "resubstitution": "runner_builtin.splitters.holdout_splitters:Resubstitution",
        "stratified_group_kfold": "runner_builtin.splitters.group_splitters:StratifiedGroupKFold",
        "stratified_holdout": "runner_builtin.splitters.holdout_splitters:StratifiedHoldout",
        "stratified_kfold": "runner_builtin.splitters.fold_splitters:StratifiedKFold",
        "three_way": "runner_builtin.splitters.holdout_splitters:ThreeWay",
        "time_holdout": "runner_builtin.splitters.time_splitters:TimeHoldout",
        "time_series": "runner_builtin.splitters.time_splitters:TimeSeries",
    }


@hookimpl
def runner_augmenters() -> Table:
    """Offer augmenters of images, numbers and texts."""
    return {
        "brightness": "runner_builtin.augmenters.pixel_augmenters:Brightness",
        "character_noise": "runner_builtin.augmenters.text_noise:CharacterNoise",
        "crop": "runner_builtin.augmenters.image_augmenters:Crop",
        "cutout": "runner_builtin.augmenters.pixel_augmenters:Cutout",
        "delete_words": "runner_builtin.augmenters.text_augmenters:DeleteWords",
        "flip": "runner_builtin.augmenters.image_augmenters:Flip",
        "gaussian_noise": "runner_builtin.augmenters.noise_augmenter:GaussianNoise",
        "image_noise": "runner_builtin.augmenters.pixel_augmenters:ImageNoise",
        "mixup": "runner_builtin.augmenters.mixup:Mixup",
        "random_oversample": "runner_builtin.augmenters.resampling:RandomOversample",
        "reverse_text": "runner_builtin.augmenters.text_augmenters:ReverseText",
        "rotate": "runner_builtin.augmenters.image_augmenters:Rotate",
        "shift": "runner_builtin.augmenters.image_augmenters:Shift",
        "smote": "runner_builtin.augmenters.smote:Smote",
        "swap_words": "runner_builtin.augmenters.text_augmenters:SwapWords",
        "synonyms": "runner_builtin.augmenters.synonyms:Synonyms",
        "zoom": "runner_builtin.augmenters.image_augmenters:Zoom",
    }


@hookimpl
def runner_transforms() -> Table:
    """Offer transforms of tables, texts and images, and scikit-learn's own."""
    return {
        **TRANSFORMS,
        "bins": "runner_builtin.transforms.number_transforms:bins",
        "characters": "runner_builtin.transforms.character_text:Characters",
        "counts": "runner_builtin.transforms.count_text:Counts",
        "date_parts": "runner_builtin.transforms.date_parts:DateParts",
        "flatten": "runner_builtin.transforms.image_transforms:Flatten",
        "frequency": "runner_builtin.transforms.frequency:Frequency",
        "grey": "runner_builtin.transforms.image_transforms:Grey",
        "hashing": "runner_builtin.transforms.hashing_text:Hashing",
        "hog": "runner_builtin.transforms.hog:Hog",
        "image_to_matrix": "runner_builtin.transforms.image_to_matrix:ImageToMatrix",
        "log": "runner_builtin.transforms.log_transform:Log",
        "min_max_scale": "runner_builtin.transforms.number_transforms:min_max_scale",
        "normalise": "runner_builtin.transforms.image_transforms:Normalise",
        "one_hot": "runner_builtin.transforms.table_transforms:one_hot",
        "ordinal": "runner_builtin.transforms.ordinal:Ordinal",
        "pca": "runner_builtin.transforms.decomposition:Pca",
        "polynomial": "runner_builtin.transforms.number_transforms:polynomial",
        "power": "runner_builtin.transforms.number_transforms:power",
        "resize": "runner_builtin.transforms.image_transforms:Resize",
        "robust_scale": "runner_builtin.transforms.number_transforms:robust_scale",
        "select_from_model": "runner_builtin.transforms.selection:SparseChoice",
        "select_k_best": "runner_builtin.transforms.score_selection:KBest",
        "select_percentile": "runner_builtin.transforms.score_selection:BestShare",
        "splines": "runner_builtin.transforms.number_transforms:splines",
        "standard_scale": "runner_builtin.transforms.table_transforms:standard_scale",
        "svd": "runner_builtin.transforms.decomposition:Svd",
        "target_encoding": "runner_builtin.transforms.target_encoding:TargetEncoding",
        "tfidf": "runner_builtin.transforms.tfidf:Tfidf",
        "variance_threshold": "runner_builtin.transforms.selection:Varying",
    }


@hookimpl
def runner_models() -> Table:
    """Offer models trained by gradients, and scikit-learn's own."""
    return {
        **MODELS,
        "calibrated": "runner_builtin.models.calibrated:Calibrated",
        "linear_regression": "runner_builtin.models.linear_models:LinearRegressor",
        "linear_svm": "runner_builtin.models.linear_models:LinearSVMClassifier",
        "mlp": "runner_builtin.models.mlp_models:MLPClassifier",
        "mlp_regression": "runner_builtin.models.mlp_models:MLPRegressor",
        "softmax": "runner_builtin.models.linear_models:SoftmaxClassifier",
        "tuned_threshold": "runner_builtin.models.thresholds:TunedThreshold",
    }


@hookimpl
def runner_optimizers() -> Table:
    """Offer optimizers of first order, and one that estimates the second."""
    return {
        "adagrad": "runner_builtin.training.optimizers:Adagrad",
        "adam": "runner_builtin.training.optimizers:Adam",
        "adamw": "runner_builtin.training.optimizers:AdamW",
        "gd": "runner_builtin.training.optimizers:GradientDescent",
        "lbfgs": "runner_builtin.training.lbfgs:LBFGS",
        "lion": "runner_builtin.training.optimizers:Lion",
        "momentum": "runner_builtin.training.optimizers:Momentum",
        "nesterov": "runner_builtin.training.optimizers:Nesterov",
        "rmsprop": "runner_builtin.training.optimizers:RMSProp",
        "sgd": "runner_builtin.training.optimizers:StochasticGradientDescent",
    }


@hookimpl
def runner_schedulers() -> Table:
    """Offer schedules of the learning rate."""
    return {
        "constant": "runner_builtin.training.schedulers:Constant",
        "cosine": "runner_builtin.training.schedulers:Cosine",
        "cosine_restarts": "runner_builtin.training.schedulers:CosineRestarts",
        "exponential": "runner_builtin.training.schedulers:Exponential",
        "inverse_sqrt": "runner_builtin.training.schedulers:InverseSqrt",
        "linear": "runner_builtin.training.schedulers:Linear",
        "one_cycle": "runner_builtin.training.schedulers:OneCycle",
        "polynomial": "runner_builtin.training.schedulers:Polynomial",
        "reduce_on_plateau": "runner_builtin.training.schedulers:ReduceOnPlateau",
        "step": "runner_builtin.training.schedulers:Step",
    }


@hookimpl
def runner_metrics() -> Table:
    """Offer scores of classifications and regressions."""
    return {
        "accuracy": "runner_builtin.metrics.agreement_metrics:Accuracy",
        "balanced_accuracy": "runner_builtin.metrics.agreement_metrics:BalancedAccuracy",
        "brier": "runner_builtin.metrics.probability_metrics:Brier",
        "cohen_kappa": "runner_builtin.metrics.agreement_metrics:CohenKappa",
        "confusion_matrix": "runner_builtin.metrics.confusion_metrics:ConfusionMatrix",
        "expected_calibration_error": "runner_builtin.metrics.calibration_metrics:ExpectedCalibrationError",
        "explained_variance": "runner_builtin.metrics.regression_metrics:ExplainedVariance",
        "f1": "runner_builtin.metrics.class_metrics:F1",
        "fbeta": "runner_builtin.metrics.class_metrics:FBeta",
        "log_loss": "runner_builtin.metrics.probability_metrics:LogLoss",
        "mae": "runner_builtin.metrics.absolute_error_metrics:MAE",
        "mape": "runner_builtin.metrics.absolute_error_metrics:MAPE",
        "max_error": "runner_builtin.metrics.absolute_error_metrics:MaxError",
        "mcc": "runner_builtin.metrics.agreement_metrics:MatthewsCorrelation",
        "median_absolute_error": "runner_builtin.metrics.absolute_error_metrics:MedianAbsoluteError",
        "mse": "runner_builtin.metrics.regression_metrics:MSE",
        "pinball": "runner_builtin.metrics.absolute_error_metrics:Pinball",
        "pr_auc": "runner_builtin.metrics.ranking_metrics:PrAuc",
        "precision": "runner_builtin.metrics.class_metrics:Precision",
        "r2": "runner_builtin.metrics.regression_metrics:R2",
        "recall": "runner_builtin.metrics.class_metrics:Recall",
        "rmse": "runner_builtin.metrics.regression_metrics:RMSE",
        "roc_auc": "runner_builtin.metrics.ranking_metrics:RocAuc",
        "scorer": "runner_builtin.metrics.scorer_metric:Scorer",
        "top_k": "runner_builtin.metrics.top_k_metrics:TopK",
    }


@hookimpl
def runner_searches() -> Table:
    """Offer choosers of a sweep's trials."""
    return {
        "grid": "runner_builtin.searches.plain_searches:Grid",
        "halving": "runner_builtin.searches.halving_searches:Halving",
        "hyperband": "runner_builtin.searches.halving_searches:Hyperband",
        "random": "runner_builtin.searches.plain_searches:Random",
        "tpe": "runner_builtin.searches.optuna_searches:TPE",
    }


@hookimpl
def runner_compressors() -> Table:
    """Offer shrinkers of fitted pipelines."""
    return {"truncated_svd": "runner_builtin.compressors.truncated_svd:TruncatedSVDCompressor"}


@hookimpl
def runner_exporters() -> Table:
    """Offer writers of finished models."""
    return {
        "mlflow": "runner_builtin.exporters.mlflow_exporter:MlflowExporter",
        "onnx": "runner_builtin.exporters.onnx_exporter:OnnxExporter",
        "onnx_int8": "runner_builtin.exporters.onnx_int8_exporter:OnnxInt8Exporter",
        "pickle": "runner_builtin.exporters.pickle_exporter:PickleExporter",
        "safetensors": "runner_builtin.exporters.safetensors_exporter:SafetensorsExporter",
        "skops": "runner_builtin.exporters.skops_exporter:SkopsExporter",
    }


@hookimpl
def runner_deployers() -> Table:
    """Offer a bundle for the edge."""
    return {"edge_onnx": "runner_builtin.deployers.edge_onnx:EdgeOnnx"}


@hookimpl
def runner_trackers() -> Table:
    """Offer the record of events."""
    return {"jsonl": "runner_builtin.trackers.jsonl_tracker:JsonlTracker"}


@hookimpl
def runner_executors() -> Table:
    """Offer execution in this process."""
    return {"inline": "runner_builtin.executors.inline_executor:InlineExecutor"}


@hookimpl
def runner_trainers() -> Mapping[str, str]:
    """Offer to train many models at once: by gradients as one matrix product a step, by SGD in one pass."""
    gradients = "runner_builtin.models.gradient_together:GradientTogether"
    return {
        "runner_builtin.models.linear_models:LinearRegressor": gradients,
        "runner_builtin.models.linear_models:LinearSVMClassifier": gradients,
        "runner_builtin.models.linear_models:SoftmaxClassifier": gradients,
        "runner_builtin.models.mlp_models:MLPClassifier": gradients,
        "runner_builtin.models.mlp_models:MLPRegressor": gradients,
        "sklearn.linear_model:SGDClassifier": "runner_builtin.models.sgd_together:SGDTogether",
    }


@hookimpl
def runner_trusted_types() -> list[str]:
    """Name what fitted built-in pipelines hold beside the components themselves."""
    low_rank = ("LowRankLinearClassifier", "LowRankLinearRegressor")
    return [*TRUSTED_TYPES, *(f"runner_builtin.compressors.truncated_svd.{name}" for name in low_rank)]
