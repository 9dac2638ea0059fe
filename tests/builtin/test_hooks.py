import importlib
import subprocess
import sys

import pytest

from runner.contracts import KINDS
from runner_builtin import hooks

OFFERED = {
    "source": (
        "concat csv docstrings excel generated http idx image_files in_memory join json json_lines "
        "openml parquet sklearn_dataset sql text_files"
    ),
    "cleaner": (
        "allowed_values cast clean_text clip drop_columns drop_conflicts drop_constant_columns "
        "drop_duplicates drop_leaking_columns drop_missing drop_outliers fill_by_model fill_missing "
        "isolation_outliers label_noise mask_pii near_duplicates query random_undersample "
        "rare_categories relabel target_values"
    ),
    "splitter": (
        "by_column by_file group_holdout group_kfold hashed_holdout holdout judged_folds kfold nested "
        "stratified_group_kfold stratified_holdout stratified_kfold three_way time_holdout time_series "
        "KFold ShuffleSplit"
    ),
    "augmenter": (
        "brightness character_noise crop cutout delete_words flip gaussian_noise image_noise mixup "
        "random_oversample reverse_text rotate shift smote swap_words synonyms zoom"
    ),
    "transform": (
        "bins characters counts date_parts flatten frequency grey hashing hog image_to_matrix log "
        "min_max_scale normalise one_hot ordinal pca polynomial power resize robust_scale "
        "select_from_model select_k_best select_percentile splines standard_scale svd target_encoding "
        "tfidf variance_threshold StandardScaler PCA"
    ),
    "model": "linear_regression linear_svm softmax RandomForestClassifier Ridge",
    "optimizer": "adam gd momentum nesterov sgd",
    "scheduler": "constant cosine cosine_restarts exponential linear",
    "metric": "accuracy confusion_matrix f1 log_loss mae precision r2 recall rmse roc_auc",
    "search": "grid halving hyperband random tpe",
    "compressor": "truncated_svd",
    "exporter": "mlflow onnx onnx_int8 pickle safetensors skops",
    "deployer": "edge_onnx",
    "tracker": "jsonl",
    "executor": "inline",
}


@pytest.mark.parametrize("kind", OFFERED)
def test_the_names_are_offered(kind):
    table = getattr(hooks, KINDS[kind].hook)()
    assert set(OFFERED[kind].split()) <= set(table)


@pytest.mark.parametrize("kind", OFFERED)
def test_every_string_leads_to_something_that_can_be_called(kind):
    for target in getattr(hooks, KINDS[kind].hook)().values():
        module, _, name = target.partition(":")
        if module.startswith("runner_builtin"):
            assert callable(getattr(importlib.import_module(module), name))


def test_trusted_types_are_names():
    assert all("." in name for name in hooks.runner_trusted_types())


def test_asking_for_all_names_imports_nothing_heavy():
    code = (
        "import sys; from runner_builtin import hooks;"
        "[getattr(hooks, name)() for name in dir(hooks) if name.startswith('runner_')];"
        "print(sorted({'numpy', 'pandas', 'scipy', 'sklearn', 'skops', 'hydra'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
