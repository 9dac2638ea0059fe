"""Sections that tell of a run's data, stages, costs, interpretation, declaration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from runner.record.records import ErrorRecord, Metrics, StepRecord
from runner.report.html.figures import drawn
from runner.report.html.run_about import about_section, declaration_section, ending_section
from runner.report.html.run_costs import cost_section
from runner.report.html.run_data import data_section
from runner.report.html.run_facts import reported
from runner.report.html.run_interpretation import interpretation_section
from runner.report.html.run_stages import stage_section
from runner.report.html.sections import Code, Facts, Figures, Rows, Section, Words
from tests.report.html.samples import HOSTILE, data_report

MakeRun = Callable[..., Path]


def tables(section: Section) -> list[list[list[str]]]:
    """Return each table: its headings, then its rows."""
    found = [part.table for part in section.parts if isinstance(part, Rows)]
    return [[[it.text for it in table.headings], *([it.text for it in row] for row in table.rows)] for table in found]


def pictures(section: Section, folder: Path) -> dict[str, str]:
    figures = [figure for part in section.parts if isinstance(part, Figures) for figure in part.figures]
    return {picture.name: picture.text for picture in drawn(figures, folder)}


# --- data ---------------------------------------------------------------------------------------------------


def test_data_are_told_with_leaks_cleaning_classes_folds_and_columns(tmp_path: Path) -> None:
    section = data_section(data_report({"ham": 100, "spam": 50}))
    assert Words("Leak: 2 rows stand on both sides of the split", "warning") in section.parts
    cleaning, folds, columns = tables(section)
    assert cleaning[1] == ["clean/drop_duplicates", "150", "148", "3", "3", "2 repeated rows"]
    assert folds == [["fold", "training rows", "test rows", "rows in both"], ["1", "100", "50", "2"]]
    assert columns[1] == ["a", "number", "1", "7", "0.5", "9.5", "4.25"]
    assert "'ham' has most rows, 100, and 'spam' fewest, 50." in pictures(section, tmp_path)["class_balance"]


def test_the_range_of_a_target_of_values_is_told() -> None:
    (facts,) = [part for part in data_section(data_report(None)).parts if isinstance(part, Facts)]
    assert ("target", "1 … 9, mean 4") in facts.pairs


def test_a_run_that_ended_before_has_no_section_on_data() -> None:
    assert data_section(None).parts == []


def test_many_classes_and_hostile_ones_have_bars(tmp_path: Path) -> None:
    counts = dict.fromkeys(HOSTILE, 5) | {f"class {place}": 3 for place in range(90)}
    assert (
        "The 30 most frequent of 100 are drawn."
        in pictures(data_section(data_report(counts)), tmp_path)["class_balance"]
    )


# --- stages -------------------------------------------------------------------------------------------------


def test_stages_are_added_up_over_the_folds_and_hits_of_the_store_are_counted(tmp_path: Path) -> None:
    steps = [
        StepRecord("load/csv", 0.5, note="from the store"),
        StepRecord("train/mlp", 1.0, 0, rows_in=10),
        StepRecord("train/mlp", 2.0, 1, rows_in=10),
    ]
    section = stage_section(steps, 4.0)
    text = pictures(section, tmp_path)["stages"]
    assert text.startswith("train/mlp took longest: 3.0 s of 3.5 s in stages; the whole run took 4.0 s.")
    assert text.endswith("1 of 3 steps came from the store.")
    assert tables(section)[0][2] == ["train/mlp", "1", "1.0 s", "10", "—"]


def test_a_run_that_failed_before_its_first_stage_has_no_section() -> None:
    assert stage_section([], 1.0).parts == []


# --- costs --------------------------------------------------------------------------------------------------


def test_exports_are_told_with_bytes_latency_and_differences(make_run: MakeRun) -> None:
    proofs = (
        '{"skops": {"rows": 200, "labels": 0, "worst": 1e-6, "bytes": 6462, "latency": 0.000125, '
        '"latency_of_model": 0.002, "load": 0.1}, "pickle": null}'
    )
    run = reported(make_run(files={"proofs.json": proofs, "artifacts/pickle/model.unsafe.pkl": "x" * 100}))
    exports, compressed = tables(cost_section(run))
    assert exports[1] == ["skops", "6.5 kB", "0.12 ms", "2 ms", "200", "0", "1e-06"]
    assert exports[2] == ["pickle", "100 B", "—", "—", "—", "—", "—"]
    assert compressed[1] == ["truncated_svd", "f1", "0.85", "0.84", "-0.01"]


def test_a_run_that_shipped_nothing_has_no_section_on_costs(make_run: MakeRun) -> None:
    assert cost_section(reported(make_run(metrics=Metrics()))).parts == []


# --- interpretation -----------------------------------------------------------------------------------------

TOLD: dict[str, Any] = {
    "importance": {
        "metric": "f1",
        "rows": 50,
        "repeats": 5,
        "features": [
            {"name": "age", "mean": 0.1, "low": 0.05, "high": 0.15},
            {"name": "<script>", "mean": 0.3, "low": 0.2, "high": 0.4},
        ],
        "note": "Correlated features share importance.",
    },
    "coefficients": {
        "classes": ["ham", "spam"],
        "groups": [{"class": "spam", "terms": [{"name": "free", "value": 2.0}, {"name": "hello", "value": -1.0}]}],
        "note": "",
    },
    "partial_dependence": [
        {"feature": "age", "kind": "number", "values": [1, 2], "curves": [{"class": None, "mean": [0.1, 0.2]}]},
        {
            "feature": "city",
            "kind": "category",
            "values": ["a", "b"],
            "curves": [{"class": "spam", "mean": [0.1, 0.2]}],
        },
    ],
    "subgroups": [
        {
            "column": "sex",
            "groups": [{"value": "f", "rows": 20, "scores": {"f1": {"value": 0.9, "low": 0.8, "high": 0.95}}}],
        }
    ],
    "worst": [{"row_id": 17, "fold": 0, "truth": "ham", "label": "spam", "loss": 4.5}],
    "shap": {"features": [{"name": "age", "mean_abs": 0.2}], "rows": 50},
}


def test_every_part_of_the_interpretation_is_shown(tmp_path: Path) -> None:
    section = interpretation_section(TOLD)
    drawn_texts = pictures(section, tmp_path)
    assert list(drawn_texts) == [
        "importance",
        "coefficients_1",
        "partial_dependence_1",
        "partial_dependence_2",
        "shap",
    ]
    assert "Most is lost by '<script>', 0.3." in drawn_texts["importance"]
    importance, coefficients, subgroups, worst = tables(section)
    assert importance[1] == ["<script>", "0.3", "0.2", "0.4"]
    assert coefficients[1] == ["spam", "free", "2"]
    assert subgroups[1] == ["f", "20", "0.9 (0.8 … 0.95)"]
    assert worst[1] == ["17", "1", "ham", "spam", "4.5"]
    assert Words("Correlated features share importance.") in section.parts


def test_parts_that_were_not_asked_for_are_left_out() -> None:
    assert interpretation_section({}).parts == []
    assert interpretation_section(dict.fromkeys(TOLD)).parts == []
    assert len(interpretation_section({"worst": TOLD["worst"]}).parts) == 1


# --- what it was asked, and how it ended --------------------------------------------------------------------


def test_the_declaration_names_what_was_chosen_and_has_every_option(make_run: MakeRun) -> None:
    command, chosen, whole = declaration_section(reported(make_run(command=["runner", "+experiment=digits"]))).parts
    assert command == Code("runner +experiment=digits")
    assert isinstance(chosen, Facts)
    assert list(chosen.pairs) == [("model", "softmax"), ("exporters", "fake")]
    assert isinstance(whole, Code)
    assert "l2: 1.0e-05" in whole.text


def test_a_run_that_failed_tells_why_with_the_end_of_its_log(make_run: MakeRun) -> None:
    path = make_run(state="failed", error=ErrorRecord("DataError", "no rows"), files={"logs/run.log": "Traceback …"})
    section = ending_section(reported(path))
    assert section.title == "Why it failed"
    assert section.parts == [Words("DataError: no rows", "failure"), Code("Traceback …", "The end of its log")]


def test_machine_code_and_files_are_told_as_far_as_they_were_recorded(make_run: MakeRun) -> None:
    threads = '{"cpu": "Xeon", "libraries": [{"internal_api": "openblas", "version": "0.3", "num_threads": 2}]}'
    code = '{"commit": "0123456789abcdef", "dirty": true}'
    section = about_section(reported(make_run(files={"env/threads.json": threads, "code.json": code})))
    (facts,) = [part for part in section.parts if isinstance(part, Facts)]
    assert ("library", "openblas 0.3, 2 threads") in facts.pairs
    assert ("code", "0123456789ab with uncommitted changes") in facts.pairs
    assert ["code.json", f"{len(code)} B"] in tables(section)[0]
