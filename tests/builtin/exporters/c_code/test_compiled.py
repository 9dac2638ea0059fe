from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from runner.errors import DataError, ExitCode, IntegrityError, PluginError
from runner_builtin.exporters.c_code.compiled import compiler, model_of

ROWS = np.random.default_rng(0).normal(size=(40, 3))


def test_without_a_compiler_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PluginError, match=r"no C compiler was found \(looked for cc, gcc, clang\).*apt-get") as told:
        compiler()
    assert told.value.exit_code == ExitCode.PLUGIN


def test_a_program_that_does_not_compile_is_told_with_the_compiler_s_words() -> None:
    told = {"name": "model", "classes": None}
    with pytest.raises(IntegrityError, match=r"does not compile: .*error"):
        model_of(told, {"model.c": "int x = ;\n", "driver.c": ""})


def test_what_a_model_can_tell_is_what_it_has(as_c) -> None:
    values = as_c(make_pipeline(Ridge()).fit(ROWS, ROWS[:, 0]), ROWS)
    assert not hasattr(values, "predict_proba")
    assert not hasattr(values, "decision_function")
    assert values.predict(ROWS).shape == (40,)


def test_scores_are_given_where_there_are_no_probabilities(as_c) -> None:
    pipeline = make_pipeline(LinearSVC()).fit(ROWS, ROWS[:, 0] > 0)
    model = as_c(pipeline, ROWS)
    assert not hasattr(model, "predict_proba")
    np.testing.assert_allclose(model.decision_function(ROWS), pipeline.decision_function(ROWS), rtol=1e-4, atol=1e-5)
    assert model.predict(ROWS).dtype == bool


def test_rows_of_another_width_are_refused(as_c) -> None:
    model = as_c(make_pipeline(LogisticRegression()).fit(ROWS, ROWS[:, 0] > 0), ROWS)
    with pytest.raises(DataError, match="rows of the C model have 3 numbers, found 2"):
        model.predict(ROWS[:, :2])
    assert model.predict(ROWS[:0]).shape == (0,)
