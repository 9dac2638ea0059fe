"""Offline: what OpenML would have answered lies in the cache beforehand, as scikit-learn keeps it there."""

import gzip
import hashlib
import json
import socket

import numpy as np
import pytest

from runner.contracts import SourceContext
from runner.errors import ConfigError, DataError
from runner_builtin.sources.openml_source import OpenmlSource, _patience

ARFF = """@RELATION weather
@ATTRIBUTE day NUMERIC
@ATTRIBUTE outlook {sunny,rainy}
@ATTRIBUTE windy {yes,no}
@ATTRIBUTE heat REAL
@ATTRIBUTE play {yes,no}
@DATA
1,sunny,yes,30.5,no
2,sunny,no,28,yes
3,rainy,no,?,yes
4,rainy,yes,18,no
"""
SPARSE = """@RELATION words
@ATTRIBUTE a NUMERIC
@ATTRIBUTE b NUMERIC
@ATTRIBUTE kind {x,y}
@DATA
{0 1.5,2 y}
{1 2.5,2 x}
"""


def column(number, name, kind, *, target=False, identifier=False):
    told = {
        "index": str(number),
        "name": name,
        "data_type": kind,
        "is_target": target,
        "is_row_identifier": identifier,
    }
    return {key: str(value).lower() if isinstance(value, bool) else value for key, value in told.items()} | {
        "is_ignore": "false",
        "number_of_missing_values": "0",
        **({"nominal_value": ["x"]} if kind == "nominal" else {}),
    }


@pytest.fixture
def context(tmp_path, monkeypatch):
    """Fill the cache, and make sure that nothing else can be reached."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    weather = [
        column(0, "day", "numeric", identifier=True),
        column(1, "outlook", "nominal"),
        column(2, "windy", "nominal"),
        column(3, "heat", "numeric"),
        column(4, "play", "nominal", target=True),
    ]
    keep(tmp_path, 7, "weather", ARFF, weather, 4)
    words = [column(0, "a", "numeric"), column(1, "b", "numeric"), column(2, "kind", "nominal", target=True)]
    keep(tmp_path, 8, "words", SPARSE, words, 2, form="Sparse_ARFF")
    both = [*weather[:2], weather[2] | {"is_target": "true"}, *weather[3:]]
    keep(tmp_path, 9, "both", ARFF, both, 4)
    return SourceContext(tmp_path, 0, cache=tmp_path / "cache")


def keep(folder, number, name, content, columns, n_rows, form="ARFF"):
    url = f"https://api.openml.org/data/v1/download/{number}/{name}.arff"
    description = {
        "id": str(number), "name": name, "version": "3", "format": form, "status": "active", "file_id": str(number),
        "url": url, "md5_checksum": hashlib.md5(content.encode()).hexdigest(), "description": name,
    }  # fmt: skip
    found = {"data": {"dataset": [{"did": number, "name": name, "version": 3, "status": "active"}]}}
    answers = {
        f"api/v1/json/data/{number}": {"data_set_description": description},
        f"api/v1/json/data/features/{number}": {"data_features": {"feature": columns}},
        f"api/v1/json/data/qualities/{number}": {
            "data_qualities": {"quality": [{"name": "NumberOfInstances", "value": str(n_rows)}]}
        },
        f"api/v1/json/data/list/data_name/{name}/limit/2/status/active/": found,
        f"api/v1/json/data/list/data_name/{name}/limit/2/data_version/3": found,
    }
    kept = {path: json.dumps(answer) for path, answer in answers.items()}
    # releases of scikit-learn differ in what they call the file
    kept |= dict.fromkeys((f"data/v1/download/{number}", f"data/v1/download/{number}/{name}.arff"), content)
    for path, text in kept.items():
        place = folder / "cache" / "openml" / "openml.org" / f"{path}.gz"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(gzip.compress(text.encode()))


def refusal(context, error=DataError, **options):
    with pytest.raises(error) as caught:
        OpenmlSource(**options).load(context)
    return str(caught.value)


def test_a_table_comes_with_the_target_that_openml_names(context):
    dataset = OpenmlSource(name="weather").load(context)
    assert list(dataset.features.columns) == ["outlook", "windy", "heat"]
    assert dataset.features["outlook"].tolist() == ["sunny", "sunny", "rainy", "rainy"]
    assert str(dataset.features["outlook"].dtype) == "category"
    np.testing.assert_array_equal(dataset.features["heat"], [30.5, 28, np.nan, 18])
    assert dataset.target.tolist() == ["no", "yes", "yes", "no"]
    assert dataset.notes == ("OpenML data set 'weather': the version in use is 3; state it for replay",)


@pytest.mark.parametrize("asked", [{"name": "weather", "version": 3}, {"data_id": 7}])
def test_a_version_or_a_number_is_for_good(context, asked):
    dataset = OpenmlSource(**asked).load(context)
    assert dataset.notes == ()
    assert dataset.fingerprint == OpenmlSource(name="weather").load(context).fingerprint


def test_another_column_can_be_the_target(context):
    dataset = OpenmlSource(data_id=7, target="windy", drop=["heat"]).load(context)
    assert list(dataset.features.columns) == ["outlook", "play"]
    assert dataset.target.tolist() == ["yes", "no", "no", "yes"]
    assert "Did you mean 'windy'?" in refusal(context, data_id=7, target="wyndi")


def test_several_targets_have_to_be_chosen_from(context):
    assert "names several: 'windy', 'play'" in refusal(context, ConfigError, data_id=9)


def test_a_sparse_data_set_is_a_matrix(context):
    dataset = OpenmlSource(data_id=8).load(context)
    assert dataset.features.toarray().tolist() == [[1.5, 0], [0, 2.5]]
    assert dataset.target.tolist() == ["y", "x"]
    assert "drop: OpenML data set 8 is a sparse matrix" in refusal(context, ConfigError, data_id=8, drop=["a"])


@pytest.mark.parametrize("options", [{}, {"name": "weather", "data_id": 7}])
def test_a_data_set_has_a_name_or_a_number(context, options):
    assert "give one of them" in refusal(context, ConfigError, **options)


def test_a_number_has_no_version(context):
    assert "leave 'version' out" in refusal(context, ConfigError, data_id=7, version=3)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.filterwarnings("ignore:A network error occurred:UserWarning")
def test_without_a_network_it_is_told_what_to_do(context, tmp_path, kept):
    place = context if kept else SourceContext(tmp_path, 0)
    text = refusal(place, name="iris")
    assert "OpenML data set 'iris' cannot be fetched" in text
    assert (str(tmp_path / "cache" / "openml") if kept else "nothing is kept here") in text
    assert "Connect to the network once" in text


@pytest.mark.filterwarnings("ignore:A network error occurred:UserWarning", "ignore:Invalid cache:RuntimeWarning")
def test_a_damaged_file_of_the_cache_is_not_taken_for_data(context, tmp_path):
    for place in (tmp_path / "cache").rglob("*.gz"):
        if "download" in str(place) and "7" in str(place):
            place.write_bytes(gzip.compress(ARFF.replace("30.5", "31.5").encode()))
    assert "cannot be fetched" in refusal(context, data_id=7)


def test_patience_ends_with_the_fetching():
    before = socket.getdefaulttimeout()
    with _patience(3):
        assert socket.getdefaulttimeout() == 3
    assert socket.getdefaulttimeout() == before
