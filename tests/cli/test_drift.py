"""`runner drift`: new rows from files, and from Python, beside a run that was really made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import runner
from runner.cli import main
from runner.errors import ConfigError, DataError, IntegrityError
from runner.record import layout


def rows(seed: int, n: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {"size": rng.normal(size=n), "age": rng.integers(18, 80, n), "job": rng.choice(["cook", "nurse"], n)}
    )


def changed(seed: int) -> pd.DataFrame:
    frame = rows(seed)
    return frame.assign(size=frame["size"] + 2, job=frame["job"].where(frame.index % 4 > 0, "smith"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train on a file with semicolons, and a mark of its own for what is missing."""
    folder = tmp_path_factory.mktemp("drift")
    table = rows(0, 600)
    table["kind"] = np.where(table["size"] + (table["job"] == "cook") > 0.5, "p", "q")
    table.to_csv(folder / "known.csv", sep=";", index=False)
    experiment = {
        "name": "jobs",
        "source": {
            "use": "csv", "path": str(folder / "known.csv"), "target": "kind", "separator": ";", "missing": ["?"],
            "types": {"age": "integer", "kind": "string"},
        },
        "splitter": "stratified_holdout",
        "transforms": [
            {"use": "one_hot", "columns": "job"},
            {"use": "standard_scale", "columns": ["size", "age"]},
        ],
        "model": "LogisticRegression",
        "metrics": ["accuracy"],
    }  # fmt: skip
    return Path(runner.run(experiment, outputs=folder / "outputs").path)


def drift(run: Path, file: Path, *more: str) -> int:
    return main(["drift", str(run), str(file), *more])


def test_rows_of_the_same_kind_end_with_0(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows(1).assign(kind="p").to_csv(tmp_path / "new.csv", sep=";", index=False)
    assert drift(run, tmp_path / "new.csv") == 0
    assert capsys.readouterr().out == "none of 5 drifts · 300 new rows beside 600 · at most 5% false alarms\n"
    assert drift(run, tmp_path / "new.csv", "--all") == 0
    out = capsys.readouterr().out
    assert "size" in out
    assert "the model: chance of q" in out


def test_rows_that_drift_end_with_1_and_a_table_that_says_where(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(1).to_csv(tmp_path / "new.csv", sep=";", index=False)
    assert drift(run, tmp_path / "new.csv") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["drift", "what", "PSI", "test", "p", "missing", "why"]
    assert any(line.startswith("large") and "size" in line and "its distribution moved" in line for line in lines)
    assert any("job" in line and "new: 'smith' (75)" in line for line in lines)
    assert any("the model: predicted class" in line for line in lines)
    assert not any(" age " in line for line in lines)


def test_the_whole_comparison_is_there_as_json(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed(1).to_csv(tmp_path / "new.csv", sep=";", index=False)
    assert drift(run, tmp_path / "new.csv", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["run"], told["drifts"], told["rows"], told["reference"]) == (run.name, True, 300, 600)
    by_name = {one["name"]: one for one in told["findings"]}
    assert by_name["age"]["level"] == "none"
    assert by_name["job"]["new"] == {"smith": 75}
    assert by_name["size"]["adjusted"] >= by_name["size"]["p"]


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl", ".json", ".xlsx", ".csv.gz"])
def test_other_files_are_read_by_what_reads_them_elsewhere(run: Path, tmp_path: Path, suffix: str) -> None:
    for frame, code in ((rows(1), 0), (changed(1), 1)):
        file = tmp_path / f"new{code}{suffix}"
        write: Any = {
            ".parquet": lambda frame=frame, file=file: frame.to_parquet(file),
            ".jsonl": lambda frame=frame, file=file: frame.to_json(file, orient="records", lines=True),
            ".json": lambda frame=frame, file=file: frame.to_json(file, orient="records"),
            ".xlsx": lambda frame=frame, file=file: frame.to_excel(file, index=False),
            ".csv.gz": lambda frame=frame, file=file: frame.to_csv(file, sep=";", index=False),
        }[suffix]
        write()
        assert drift(run, file) == code


def test_what_reads_the_file_can_be_said(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows(1).to_csv(tmp_path / "new.txt", sep="|", index=False)
    assert drift(run, tmp_path / "new.txt") == 2
    assert "does not end like a file that can be read" in capsys.readouterr().err
    assert drift(run, tmp_path / "new.txt", "--source", '{use: csv, separator: "|"}') == 0
    assert drift(run, tmp_path / "new.txt", "--source", "csv") == 2
    assert "declares no source; write '{use: NAME, …}'" in capsys.readouterr().err
    assert drift(run, tmp_path / "new.txt", "--source", "{use: csv, seperator: x}") == 2
    assert "Did you mean 'separator'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("size;age;job\n1;2\n", "1 records have not 3 fields"),
        ("size;age\n1;2\n", "the rows to predict lack the column 'job'"),
        ("size;age;job\n" + "big;2;cook\n" * 30, "column 'size' of the rows to predict has type"),
        ("size;age;job\n1;2;cook\n", "1 rows are too few to see a drift in"),
        (None, "There is no file"),
    ],
    ids=["ragged", "lacks a column", "text for a number", "too few", "no file"],
)
def test_rows_that_cannot_be_read_end_with_3(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, told: str
) -> None:
    if text is not None:
        (tmp_path / "new.csv").write_text(text)
    assert drift(run, tmp_path / "new.csv") == 3
    assert told in capsys.readouterr().err


def test_a_run_that_was_changed_is_not_compared_with(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / run.name
    shutil.copytree(run, copy)
    record = copy / layout.REFERENCE
    record.write_text(record.read_text().replace("cook", "king"))
    rows(1).to_csv(tmp_path / "new.csv", sep=";", index=False)
    assert drift(copy, tmp_path / "new.csv") == 6
    assert "changed: 'reports/reference.json'" in capsys.readouterr().err
    with pytest.raises(IntegrityError):
        runner.drift(copy, rows(1))


def test_from_python_a_frame_is_compared_as_it_is(run: Path) -> None:
    assert not runner.drift(run, rows(1)).drifts
    found = runner.drift(run, changed(1), mark=1.0)
    assert {one.name for one in found.findings if one.level != "none"} >= {"size", "job"}
    with pytest.raises(ConfigError, match=r"alpha: 5 is no share of false alarms"):
        runner.drift(run, rows(1), alpha=5)
    with pytest.raises(ConfigError, match=r"mark: -1 is no size of a shift"):
        runner.drift(run, rows(1), mark=-1)
    with pytest.raises(DataError, match="lack the column 'job'"):
        runner.drift(run, rows(1).drop(columns="job"))


def test_rows_that_the_model_refuses_are_compared_by_their_columns(run: Path) -> None:
    found = runner.drift(run, rows(1).assign(size=np.nan))
    assert any(note.startswith("predictions are not compared: the model refuses these rows") for note in found.notes)
    assert found.findings[0].name == "size"


def test_a_run_without_a_model_or_with_few_rows_keeps_no_reference(tmp_path: Path) -> None:
    experiment: dict[str, Any] = {
        "source": {"use": "in_memory", "features": rows(0)[["size", "age"]], "target": [0, 1] * 150},
        "splitter": "holdout",
        "model": "LogisticRegression",
        "metrics": ["accuracy"],
    }
    few = {"use": "in_memory", "features": rows(0)[["size", "age"]][:15], "target": [0, 1] * 7 + [0]}
    for changes in ({"exporters": []}, {"source": few}):
        path = runner.run({**experiment, **changes}, outputs=tmp_path).path
        with pytest.raises(ConfigError, match="keeps no reference of its data"):
            runner.drift(path, rows(0))


def test_images_and_values_are_compared_too(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images = rng.random((200, 4, 4))
    path = runner.run(
        {
            "source": {"use": "in_memory", "features": images, "target": images.mean(axis=(1, 2))},
            "splitter": "holdout",
            "transforms": ["flatten"],
            "model": "Ridge",
            "metrics": ["mae"],
        },
        outputs=tmp_path,
    ).path
    assert not runner.drift(path, rng.random((100, 4, 4))).drifts
    names = {one.name for one in runner.drift(path, rng.random((100, 4, 4)) + 0.5).findings if one.level != "none"}
    assert names >= {"mean of a row", "predicted value"}
