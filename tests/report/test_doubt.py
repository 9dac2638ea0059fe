from __future__ import annotations

import pytest

from runner.record.evidence import ONE_FOLD, OTHER_ROWS, Compared, Evidence
from runner.report.doubt import evidence_data, evidence_lines, marked


def compared(adjusted: float) -> Compared:
    return Compared((0.1, 0.2), 0.01, adjusted)


def test_each_trial_has_the_mark_of_what_is_known_of_it() -> None:
    found = Evidence(0, 5, {1: compared(0.3), 2: compared(0.01)}, {3: OTHER_ROWS})
    assert marked(found) == {0: "", 1: "≈", 2: "worse", 3: "?"}
    assert evidence_lines(found) == [
        "≈ not distinguishable from the best: 1 of 2 others "
        "(same 5 folds, corrected resampled t-test, 5 % for all trials together).",
        "? 1 not compared with the best: tested on other rows than the best.",
    ]


def test_a_clear_winner_is_called_one() -> None:
    (line,) = evidence_lines(Evidence(0, 5, {1: compared(0.01), 2: compared(0.05)}))
    assert line.startswith("the best is better than each of the 2 others")


def test_one_fold_is_said_once_and_marks_nobody() -> None:
    found = Evidence(0, 1, unknown={1: ONE_FOLD, 2: ONE_FOLD})
    assert marked(found) == {}
    (line,) = evidence_lines(found)
    assert line.startswith("one fold: no evidence of which trial is best.")
    assert "repeat.seeds" in line


def test_nothing_is_said_where_there_is_nothing_to_compare() -> None:
    for found in (None, Evidence(None, 0), Evidence(0, 5)):
        assert marked(found) == {}
        assert evidence_lines(found) == []


def test_reasons_are_counted_and_not_repeated() -> None:
    found = Evidence(0, 5, unknown={1: OTHER_ROWS, 2: OTHER_ROWS, 3: "lost"})
    assert evidence_lines(found) == [
        f"? 2 not compared with the best: {OTHER_ROWS}.",
        "? 1 not compared with the best: lost.",
    ]


def test_all_that_is_known_is_plain_data() -> None:
    found = Evidence(0, 2, {1: compared(0.01)}, {3: "lost"})
    assert evidence_data(found) == {
        "best": 0,
        "pairs": 2,
        "level": 0.05,
        "told": evidence_lines(found),
        "trials": [
            {
                "number": 1,
                "verdict": "worse",
                "behind": pytest.approx(0.15),
                "p_value": 0.01,
                "adjusted": 0.01,
                "wilcoxon": 0.5,
            }
        ],
        "unknown": [{"number": 3, "why": "lost"}],
    }
