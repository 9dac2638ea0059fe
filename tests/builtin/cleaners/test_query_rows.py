import numpy as np
import pandas as pd
import pytest

from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.cleaners.query_rows import Query

FRAME = pd.DataFrame({"age": [17, 18, 40], "job": ["cook", None, "nurse"]})


def kept(expression, **options):
    return Query(expression=expression, **options).clean(Dataset.of(FRAME, ["p", "q", "r"]))


def test_rows_that_meet_the_expression_stay_and_the_others_are_counted():
    cleaned = kept("age >= 18")
    assert cleaned.target.tolist() == ["q", "r"]
    assert dict(cleaned.dropped) == {"query: age >= 18": 1}


def test_or_they_are_dropped():
    assert kept("age >= 18", action="drop").target.tolist() == ["p"]


def test_each_row_is_judged_by_itself():
    assert Query(expression="age > 1").row_by_row
    assert not getattr(Query(expression="age > 1"), "keeps_rows", False)


def test_unknown_columns_are_named():
    with pytest.raises(DataError, match="expression of cleaner 'query': there is no column 'agee'"):
        kept("agee > 1")
    with pytest.raises(DataError, match="there is no column 'print'"):
        kept("print == 1")


@pytest.mark.parametrize(
    ("expression", "error", "told"),
    [
        ("job > 3", DataError, r"'job > 3' does not suit 'job' \((str|object)\)"),
        ("age / (1 - 1) > (1 / 0)", DataError, "division by zero"),
        ("age + 1", ConfigError, "does not say yes or no of each row"),
        ("1 < 2", ConfigError, "does not say yes or no of each row"),
        ("True", ConfigError, "does not say yes or no of each row"),
        ("'a'", ConfigError, "does not say yes or no"),
        ("[1]", ConfigError, "does not say yes or no"),
        ("age in [job]", DataError, "does not suit"),
        ("age.max() > 3", ConfigError, "not allowed"),
    ],
)
def test_what_does_not_suit_the_table_is_explained(expression, error, told):
    with pytest.raises(error, match=told):
        kept(expression)


def test_arrays_have_no_columns():
    with pytest.raises(DataError, match="only a table has columns"):
        Query(expression="a > 1").clean(Dataset.of(np.eye(2)))


def test_nothing_is_run(tmp_path):
    made = tmp_path / "made"
    for expression in (
        f"__import__('pathlib').Path('{made}').touch()",
        f"age.to_csv('{made}')",
        f"@open('{made}', 'w')",
    ):
        with pytest.raises(ConfigError) as caught:
            kept(expression)
        assert caught.value.exit_code == 2
    assert not made.exists()
