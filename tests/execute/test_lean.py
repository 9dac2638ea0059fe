"""scikit-learn imported without pandas must not differ for anyone who brings a table."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from runner.execute.lean import import_scikit_learn
import_scikit_learn()
assert "pandas" not in sys.modules, "pandas was imported"
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": list("xyxy")})
router = ColumnTransformer([("n", StandardScaler(), ["a"]), ("c", OneHotEncoder(sparse_output=False), ["b"])])
out = router.set_output(transform="pandas").fit_transform(frame)
model = make_pipeline(router, LogisticRegression()).fit(frame, [0, 0, 1, 1])
print(type(out).__name__, list(out.columns), list(model[0].feature_names_in_), model.predict(frame).tolist())
"""


def ran(code: str) -> str:
    return subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout


def test_tables_work_as_if_pandas_had_been_there_all_along() -> None:
    plain = CODE.replace("import_scikit_learn()\n", "import sklearn.base\n", 1).replace('assert "pandas" not in', "#")
    assert ran(CODE) == ran(plain)
    assert "DataFrame" in ran(CODE)


def test_a_process_that_has_pandas_already_keeps_it() -> None:
    code = "import pandas, sys; from runner.execute.lean import import_scikit_learn\n"
    assert "pandas" in ran(f"{code}import_scikit_learn(); print(sys.modules['pandas'])")
