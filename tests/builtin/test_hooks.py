import importlib
import subprocess
import sys

import pytest

from runner.contracts import KINDS
from runner_builtin import hooks

OFFERED = {
    "source": "csv docstrings in_memory json_lines parquet sklearn_dataset",
    "cleaner": "clip drop_duplicates drop_missing drop_outliers fill_missing",
    "splitter": "group_kfold holdout kfold stratified_holdout stratified_kfold time_series KFold ShuffleSplit",
    "augmenter": "crop flip gaussian_noise reverse_text rotate shift",
    "transform": "image_to_matrix one_hot standard_scale tfidf StandardScaler PCA",
    "model": "linear_regression linear_svm softmax RandomForestClassifier Ridge",
    "optimizer": "adam gd momentum nesterov sgd",
    "scheduler": "constant cosine cosine_restarts exponential linear",
    "metric": "accuracy confusion_matrix f1 log_loss mae precision r2 recall rmse roc_auc",
    "search": "grid halving hyperband random tpe",
    "compressor": "truncated_svd",
    "exporter": "pickle skops",
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
