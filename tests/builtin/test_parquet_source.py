import sys

import pandas as pd
import pytest

from runner.contracts import SourceContext
from runner.errors import DataError, PluginError
from runner_builtin.parquet_source import ParquetSource

pytest.importorskip("pyarrow")


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
    monkeypatch.setattr("pandas.io.parquet.get_engine", _engine_without_pyarrow, raising=True)
    with pytest.raises(PluginError, match=r"pip install 'runner-ml\[parquet\]'"):
        load(tmp_path)


def _engine_without_pyarrow(engine):
    """Import afresh, as pandas does in a process that has not read parquet yet."""
    import pyarrow  # noqa: F401 - made to fail by the test

    raise AssertionError(f"pyarrow was found for engine {engine!r}")
