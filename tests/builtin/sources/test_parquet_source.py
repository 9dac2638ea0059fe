import os
import resource
import sys

import numpy as np
import pandas as pd
import pytest

from runner.contracts import SourceContext
from runner.errors import DataError, PluginError
from runner_builtin.sources.parquet_source import ParquetSource

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def load(folder, target="y", **options):
    return ParquetSource(path="t.parquet", target=target, **options).load(SourceContext(folder, 0))


def test_a_table_is_read_with_its_types(tmp_path):
    frame = pd.DataFrame({"a": [1.5, None], "b": ["x", "y"], "y": ["no", "yes"]})
    frame.to_parquet(tmp_path / "t.parquet")
    dataset = load(tmp_path)
    pd.testing.assert_frame_equal(dataset.features, frame[["a", "b"]])
    assert dataset.target.tolist() == ["no", "yes"]
    assert len(dataset.fingerprint) == 64


def test_a_named_index_becomes_a_column(tmp_path):
    pd.DataFrame({"a": [1, 2], "y": [0, 1]}, index=pd.Index([7, 8], name="id")).to_parquet(tmp_path / "t.parquet")
    assert load(tmp_path).features.to_dict("list") == {"id": [7, 8], "a": [1, 2]}


def test_an_unnamed_index_is_left_out(tmp_path):
    pd.DataFrame({"a": [1, 2], "y": [0, 1]}, index=[7, 8]).to_parquet(tmp_path / "t.parquet")
    dataset = load(tmp_path)
    assert list(dataset.features.columns) == ["a"]
    assert dataset.features.index.tolist() == [0, 1]


@pytest.mark.fault("F67")
@pytest.mark.parametrize(("values", "told"), [({"label": [1]}, "Did you mean 'label'"), ({"lable": [None]}, "empty")])
def test_a_target_that_cannot_be_used_is_explained(tmp_path, values, told):
    pd.DataFrame({"a": [1], **values}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(DataError, match=told):
        load(tmp_path, target="lable")


def test_a_file_that_is_no_parquet_is_refused(tmp_path):
    (tmp_path / "t.parquet").write_text("a,y\n1,2\n")
    with pytest.raises(DataError, match=r"t\.parquet cannot be read as parquet"):
        load(tmp_path)


def test_a_truncated_file_is_refused(tmp_path):
    pd.DataFrame({"a": range(100), "y": range(100)}).to_parquet(tmp_path / "t.parquet")
    content = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="cannot be read as parquet"):
        load(tmp_path)


def test_without_pyarrow_the_command_that_installs_it_is_told(tmp_path, monkeypatch):
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(PluginError, match=r"pip install 'runner-ml\[parquet\]'"):
        load(tmp_path)


def batches(folder, **options):
    return list(ParquetSource(path="t.parquet", **options).batches(SourceContext(folder, 0)))


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr("runner_builtin.sources.parquet_source.BATCH_ROWS", 3)
    monkeypatch.setattr("runner_builtin.sources.parquet_source.TEXT_ROWS", 3)


def test_batches_have_the_rows_ids_and_types_of_the_whole(tmp_path, small_batches):
    frame = pd.DataFrame(
        {
            "i": pd.array([None if row == 7 else row for row in range(10)], dtype="float64"),
            "whole": range(10),
            "flag": [None if row == 8 else row % 2 == 0 for row in range(10)],
            "small": np.arange(10, dtype="int16"),
            "kind": pd.Categorical([f"k{row}" for row in range(10)]),
            "t": [f"t{row}" for row in range(10)],
            "d": pd.date_range("2024-01-01", periods=10),
            "y": [0.0, None, *range(8)],
        }
    )
    table = pyarrow.Table.from_pandas(frame)
    holes = pyarrow.array([None if row == 7 else row for row in range(10)], type=pyarrow.int32())
    table = table.append_column("holes", holes).replace_schema_metadata(None)
    parquet.write_table(table, tmp_path / "t.parquet", row_group_size=4)
    whole = load(tmp_path, drop_missing_target=True)
    parts = batches(tmp_path, target="y", drop_missing_target=True)
    assert max(part.n_rows for part in parts) <= 3
    assert all((part.features.dtypes == whole.features.dtypes).all() for part in parts)
    joined = pd.concat([part.features for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(joined, whole.features.reset_index(drop=True))
    assert np.concatenate([part.row_ids for part in parts]).tolist() == whole.row_ids.tolist()
    assert {part.fingerprint for part in parts} == {whole.fingerprint}


def test_only_columns_that_play_a_role_are_read(tmp_path, monkeypatch):
    pd.DataFrame({"a": [1], "b": [2], "y": [0]}).to_parquet(tmp_path / "t.parquet")
    asked = []
    original = parquet.ParquetFile.read
    monkeypatch.setattr(
        parquet.ParquetFile, "read", lambda file, columns: asked.append(columns) or original(file, columns)
    )
    assert list(load(tmp_path, features=["b"]).features.columns) == ["b"]
    assert asked == [["b", "y"]]


def test_a_named_index_comes_first(tmp_path):
    frame = pd.DataFrame({"a": [1], "y": [0]}, index=pd.Index([7], name="id"))
    frame.to_parquet(tmp_path / "t.parquet")
    assert list(load(tmp_path).features.columns) == ["id", "a"]


def test_lists_in_cells_are_refused(tmp_path):
    pd.DataFrame({"a": [[1, 2]], "y": [0]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(DataError, match="column 'a' holds list"):
        load(tmp_path)


@pytest.mark.fault("F57")
def test_a_file_without_rows_is_refused(tmp_path):
    pd.DataFrame({"a": [], "y": []}).to_parquet(tmp_path / "t.parquet")
    for read in (load, batches):
        with pytest.raises(DataError, match="no rows"):
            read(tmp_path)


@pytest.mark.fault("F63")
@pytest.mark.parametrize("read", [load, batches])
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, read):
    count = int(os.environ.get("RUNNER_TEST_BOMB_ROWS", "2000000"))
    same = pyarrow.DictionaryArray.from_arrays(pyarrow.array(np.zeros(count, dtype="int32")), pyarrow.array([1.5]))
    parquet.write_table(pyarrow.table({"a": same.cast("float64")}), tmp_path / "t.parquet", compression="zstd")
    size = (tmp_path / "t.parquet").stat().st_size
    assert size < count // 100
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DataError, match=f"has {size} bytes, but its columns take {8 * count} unpacked"):
        read(tmp_path, target=None, max_bytes=4 * count)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8 * count // 1024


@pytest.mark.fault("F63")
def test_one_long_text_in_every_row_is_found_before_it_fills_the_memory(tmp_path):
    count, text = 20_000, "x" * 10_000
    same = pyarrow.DictionaryArray.from_arrays(pyarrow.array(np.zeros(count, dtype="int32")), pyarrow.array([text]))
    parquet.write_table(pyarrow.table({"t": same.cast("string")}), tmp_path / "t.parquet")
    assert (tmp_path / "t.parquet").stat().st_size < 100_000
    with pytest.raises(DataError, match="its columns take more unpacked; allowed are max_bytes: 50000000"):
        load(tmp_path, target=None, max_bytes=50_000_000)
    (first, *_) = batches(tmp_path)
    assert first.n_rows == 2048


@pytest.mark.fault("F66")
def test_a_file_that_is_replaced_while_it_is_read_is_refused(tmp_path, small_batches):
    frame = pd.DataFrame({"a": range(10)})
    frame.to_parquet(tmp_path / "t.parquet")
    stream = ParquetSource(path="t.parquet").batches(SourceContext(tmp_path, 0))
    next(stream)
    frame.to_parquet(tmp_path / "new")
    (tmp_path / "new").rename(tmp_path / "t.parquet")
    with pytest.raises(DataError, match="changed while it was read"):
        list(stream)
