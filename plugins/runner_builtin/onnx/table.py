"""The converters built in, by the very class they are for. Names only, so that nothing is imported to look one up."""

from __future__ import annotations

_HERE = "runner_builtin.onnx."
_BOOSTING = "sklearn.ensemble._hist_gradient_boosting.gradient_boosting"

_TEXTS = {
    "runner_builtin.transforms.tfidf:Tfidf": "texts:tfidf",
    "runner_builtin.transforms.character_text:Characters": "texts:tfidf",
    "runner_builtin.transforms.count_text:Counts": "texts:counted",
    "runner_builtin.transforms.tfidf_parts:TermCounts": "texts:counted",
    "runner_builtin.transforms.tfidf_parts:WeightedTerms": "texts:chosen_and_weighed",
    "runner_builtin.transforms.hashing_text:Hashing": "texts:hashed",
    "sklearn.feature_extraction.text:CountVectorizer": "texts:counted",
    "sklearn.feature_extraction.text:HashingVectorizer": "texts:hashed",
    "sklearn.feature_extraction.text:TfidfTransformer": "texts:weighed",
    "sklearn.feature_extraction.text:TfidfVectorizer": "texts:tfidf",
}

_TABLES = {
    "runner.execute.cleaning:Repair": "cleaners:repaired",
    "runner_builtin.cleaners.allowed_values:AllowedValues": "cleaners:allowed",
    "runner_builtin.cleaners.clip:Clip": "cleaners:bounded",
    "runner_builtin.cleaners.column_cleaners:DropColumns": "cleaners:without_named",
    "runner_builtin.cleaners.column_cleaners:DropConstantColumns": "cleaners:without_constant",
    "runner_builtin.cleaners.fill_missing:FillMissing": "cleaners:filled_in",
    "runner_builtin.cleaners.leaking_columns:DropLeakingColumns": "cleaners:without_leaking",
    "runner_builtin.cleaners.rare_categories:RareCategories": "cleaners:gathered",
    "runner_builtin.cleaners.target_cleaners:Relabel": "cleaners:unchanged",
    "runner_builtin.cleaners.target_cleaners:TargetValues": "cleaners:unchanged",
    "runner_builtin.transforms.frequency:Frequency": "categories:frequencies",
    "runner_builtin.transforms.ordinal:Ordinal": "categories:ordinal",
    "runner_builtin.transforms.target_encoding:TargetEncoding": "categories:target_means",
    "sklearn.compose._column_transformer:ColumnTransformer": "routing:routed",
    "sklearn.pipeline:Pipeline": "routing:in_turn",
    "sklearn.preprocessing._encoders:OneHotEncoder": "categories:one_hot",
    "sklearn.preprocessing._encoders:OrdinalEncoder": "categories:ordinal",
}

_NUMBERS = {
    "runner_builtin.transforms.decomposition:Pca": "numbers:principal",
    "runner_builtin.transforms.decomposition:Svd": "numbers:projected",
    "runner_builtin.transforms.image_to_matrix:ImageToMatrix": "images:laid_out",
    "runner_builtin.transforms.image_transforms:Flatten": "images:flattened",
    "runner_builtin.transforms.image_transforms:Grey": "images:greyed",
    "runner_builtin.transforms.image_transforms:Normalise": "images:normalised",
    "runner_builtin.transforms.log_transform:Log": "numbers:logarithms",
    "runner_builtin.transforms.score_selection:BestShare": "numbers:chosen",
    "runner_builtin.transforms.score_selection:KBest": "numbers:chosen",
    "runner_builtin.transforms.selection:SparseChoice": "numbers:chosen",
    "runner_builtin.transforms.selection:Varying": "numbers:chosen",
    "sklearn.decomposition._pca:PCA": "numbers:principal",
    "sklearn.decomposition._truncated_svd:TruncatedSVD": "numbers:projected",
    "sklearn.feature_selection._from_model:SelectFromModel": "numbers:chosen",
    "sklearn.feature_selection._rfe:RFE": "numbers:chosen",
    "sklearn.feature_selection._univariate_selection:SelectKBest": "numbers:chosen",
    "sklearn.feature_selection._univariate_selection:SelectPercentile": "numbers:chosen",
    "sklearn.feature_selection._variance_threshold:VarianceThreshold": "numbers:chosen",
    "sklearn.preprocessing._data:MaxAbsScaler": "numbers:max_abs_scaled",
    "sklearn.preprocessing._data:MinMaxScaler": "numbers:min_max_scaled",
    "sklearn.preprocessing._data:RobustScaler": "numbers:robust_scaled",
    "sklearn.preprocessing._data:StandardScaler": "numbers:standard_scaled",
}

_REGRESSIONS = (
    "_base:LinearRegression",
    "_coordinate_descent:ElasticNet",
    "_coordinate_descent:ElasticNetCV",
    "_coordinate_descent:Lasso",
    "_coordinate_descent:LassoCV",
    "_coordinate_descent:MultiTaskElasticNet",
    "_coordinate_descent:MultiTaskLasso",
    "_huber:HuberRegressor",
    "_least_angle:Lars",
    "_least_angle:LassoLars",
    "_ridge:Ridge",
    "_ridge:RidgeCV",
    "_stochastic_gradient:SGDRegressor",
)

_TREES = {
    f"sklearn.{module}:{name}{task}": f"trees:forest_{answer}"
    for module, names in {
        "ensemble._forest": ("RandomForest", "ExtraTrees"),
        "tree._classes": ("DecisionTree", "ExtraTree"),
    }.items()
    for name in names
    for task, answer in (("Classifier", "classes"), ("Regressor", "values"))
}

_MODELS = {
    **_TREES,
    "runner_builtin.compressors.truncated_svd:LowRankLinearClassifier": "linear:of_low_rank",
    "runner_builtin.compressors.truncated_svd:LowRankLinearRegressor": "linear:of_low_rank",
    "runner_builtin.models.calibrated:Calibrated": "around:calibrated",
    "runner_builtin.models.linear_models:LinearRegressor": "linear:valued",
    "runner_builtin.models.linear_models:LinearSVMClassifier": "linear:scored",
    "runner_builtin.models.linear_models:SoftmaxClassifier": "linear:probable",
    "runner_builtin.models.mlp_models:MLPClassifier": "linear:network",
    "runner_builtin.models.mlp_models:MLPRegressor": "linear:network",
    "runner_builtin.models.thresholds:TunedThreshold": "around:thresholded",
    "sklearn.calibration:CalibratedClassifierCV": "around:averaged",
    f"{_BOOSTING}:HistGradientBoostingClassifier": "trees:boosted_classes",
    f"{_BOOSTING}:HistGradientBoostingRegressor": "trees:boosted_values",
    "sklearn.discriminant_analysis:LinearDiscriminantAnalysis": "linear:probable",
    "sklearn.linear_model._logistic:LogisticRegression": "linear:logistic",
    "sklearn.linear_model._logistic:LogisticRegressionCV": "linear:logistic",
    "sklearn.linear_model._perceptron:Perceptron": "linear:scored",
    "sklearn.linear_model._ridge:RidgeClassifier": "linear:scored",
    "sklearn.linear_model._stochastic_gradient:SGDClassifier": "linear:by_sgd",
    "sklearn.svm._classes:LinearSVC": "linear:scored",
    "sklearn.svm._classes:LinearSVR": "linear:valued",
    **{f"sklearn.linear_model.{name}": "linear:valued" for name in _REGRESSIONS},
}

CONVERTERS: dict[str, str] = {
    known: f"{_HERE}{converter}" for known, converter in {**_TEXTS, **_TABLES, **_NUMBERS, **_MODELS}.items()
}
