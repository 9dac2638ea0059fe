"""What a person is told of the evidence in a sweep: a mark beside each trial, and a line for what the marks mean."""

from __future__ import annotations

from collections import Counter
from typing import Any

from runner.record.evidence import Evidence, Verdict

#: What stands beside a trial.
MARKS: dict[Verdict, str] = {"best": "", "alike": "≈", "worse": "worse", "unknown": "?"}


def marked(evidence: Evidence | None) -> dict[int, str]:
    """Return number -> mark for the best and all that it was to be compared with; none where nothing was compared."""
    if evidence is None or evidence.best is None or not evidence.compared:
        return {}
    numbers = (evidence.best, *evidence.compared, *evidence.unknown)
    return {number: MARKS[evidence.verdict(number)] for number in numbers}


def evidence_lines(evidence: Evidence | None) -> list[str]:
    """Say in words what is known of the best trial, and what is not."""
    if evidence is None or not (evidence.compared or evidence.unknown):
        return []
    if evidence.pairs < 2 and not evidence.compared:
        return [
            "one fold: no evidence of which trial is best. Several folds or seeds ('repeat.seeds=5') give some, "
            "more of them more."
        ]
    reasons = Counter(evidence.unknown.values())
    return [
        *([_comparison(evidence)] if evidence.compared else []),
        *(f"? {count:,} not compared with the best: {reason}." for reason, count in reasons.items()),
    ]


def _comparison(evidence: Evidence) -> str:
    """Count the trials that cannot be told from the best, and say how that was found."""
    alike = sum(evidence.verdict(number) == "alike" for number in evidence.compared)
    others = len(evidence.compared)
    test = (
        f"same {evidence.pairs} folds, corrected resampled t-test, {100 * evidence.level:g} % for all trials together"
    )
    if not alike:
        return f"the best is better than each of the {others:,} others ({test})."
    return f"≈ not distinguishable from the best: {alike:,} of {others:,} others ({test})."


def evidence_data(evidence: Evidence) -> dict[str, Any]:
    """Return all that is known as plain data: of each trial how far it is behind, and how surely."""
    return {
        "best": evidence.best,
        "pairs": evidence.pairs,
        "level": evidence.level,
        "told": evidence_lines(evidence),
        "trials": [
            {
                "number": number,
                "verdict": evidence.verdict(number),
                "behind": one.mean,
                "p_value": one.p_value,
                "adjusted": one.adjusted,
                "wilcoxon": one.wilcoxon,
            }
            for number, one in sorted(evidence.compared.items())
        ],
        "unknown": [{"number": number, "why": why} for number, why in sorted(evidence.unknown.items())],
    }
