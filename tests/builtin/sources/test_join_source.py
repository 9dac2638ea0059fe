import pandas as pd
import pytest

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, DataError
from runner_builtin.sources.join_source import JoinSource

ORDERS = Dataset.of(pd.DataFrame({"who": ["b", "a", "c"], "sum": [3, 5, 7]}), [0, 1, 0], fingerprint="o")
PEOPLE = Dataset.of(pd.DataFrame({"who": ["a", "b", "c"], "age": [30, 40, 50]}), fingerprint="p")


class Given:
    def __init__(self, rows):
        self.rows = rows

    def load(self, context):
        return self.rows


def load(second=PEOPLE, first=ORDERS, **options):
    sources = {"orders": {"rows": first}, "people": {"rows": second}}
    context = SourceContext(None, 0, build=lambda declared: Given(**declared))
    return JoinSource(**{"sources": sources, "on": ["who"], **options}).load(context)


def test_rows_of_the_first_get_the_columns_of_the_second_in_their_own_order():
    rows = load()
    assert rows.features.to_dict("list") == {"sum": [3, 5, 7], "age": [40, 30, 50]}
    assert rows.target.tolist() == [0, 1, 0]
    assert load(keep_on=True).features.columns.tolist() == ["who", "sum", "age"]
    assert rows.fingerprint not in ("o", "p")


def test_what_the_second_does_not_know_is_refused_dropped_or_missing():
    some = PEOPLE.take(PEOPLE.features["who"].to_numpy() != "a")
    with pytest.raises(DataError, match=r"'people' does not know 1 of 3 rows \(counted from 0: 1\)"):
        load(some)
    dropped = load(some, unmatched="drop")
    assert (dropped.features["age"].tolist(), dict(dropped.dropped)) == ([40, 50], {"not in people": 1})
    assert dropped.row_ids.tolist() == [0, 2]
    assert load(some, unmatched="missing").features["age"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("second", "options", "error", "message"),
    [
        (PEOPLE, {"on": ["whom"]}, DataError, "no column 'whom'"),
        (PEOPLE, {"on": []}, ConfigError, "name the columns"),
        (PEOPLE, {"sources": {"one": {"rows": ORDERS}}}, ConfigError, "1 declared; at least 2"),
        (ORDERS, {}, ConfigError, "'people' names a target"),
        (Dataset.of(ORDERS.features, fingerprint="x"), {}, DataError, "'sum' of 'people' are there already"),
        (PEOPLE.take([0, 0, 1]), {}, DataError, "1 rows whose"),
    ],
)
def test_what_does_not_fit_together_is_refused(second, options, error, message):
    with pytest.raises(error, match=message):
        load(second, **options)
