"""New rows beside the reference of a run: where they differ by more than chance, and by how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from runner.data import Prediction
from runner.drifting.reference import LEAST, Profile, Reference, said_series
from runner.drifting.series import Series, series_of, text_series
from runner.drifting.statistics import adjusted, chi_square, kolmogorov_smirnov, psi
from runner.errors import DataError

Level = Literal["none", "moderate", "large"]

#: Marks of the population stability index, and the bins that it is computed over.
MODERATE, LARGE, _BINS = 0.1, 0.2, 10
#: By so much the share of missing values has to differ; so large has to be the share of new categories.
_MISSING, _NEW = 0.02, 0.01
#: So many new categories are named.
_NAMED = 3


@dataclass(frozen=True)
class Finding:
    """What was found of one series.

    name: of a column, or of what the model says; of: which of the two. psi: how far it moved, None where that cannot
    be told. test, statistic, p: of the test of its distribution; adjusted: this p for all tests together.
    missing_before, missing_now: shares, missing_p: of their test, adjusted. new: categories that the reference has
    no name for -> rows; new_share: of the rows, beyond what was rare before; new_p: of its test, adjusted, None where
    nothing was rare, so that all are new. level: how far it drifted; why: in words. note: why it was not compared.
    """

    name: str
    of: Literal["column", "prediction"]
    kind: str
    psi: float | None = None
    test: str | None = None
    statistic: float | None = None
    p: float | None = None
    adjusted: float | None = None
    missing_before: float = 0.0
    missing_now: float = 0.0
    missing_p: float | None = None
    new_share: float = 0.0
    new_p: float | None = None
    new: dict[str, int] = field(default_factory=dict)
    level: Level = "none"
    why: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class Drift:
    """rows: the new ones; reference: rows compared with. alpha: the share of false alarms that is put up with.

    findings: those that drifted first, the farthest at the top. notes: what could not be compared.
    """

    rows: int
    reference: int
    alpha: float
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def drifts(self) -> bool:
        """Whether anything drifted."""
        return any(finding.level != "none" for finding in self.findings)


def compare(
    reference: Reference,
    features: Any,
    said: Sequence[Prediction] = (),
    *,
    alpha: float = 0.05,
    mark: float = MODERATE,
) -> Drift:
    """Compare new rows with a reference. features: as the model takes them; said: what it says of them.

    A series drifts where the test says so (p adjusted for all tests, below alpha) and the shift is not small (a
    population stability index of `mark` or more); or where values are missing more or less often; or where at least
    one row in a hundred has a category that is new. Raises DataError for too few rows.
    """
    n_rows = int(features.shape[0])
    if n_rows < LEAST:
        raise DataError(f"{n_rows} rows are too few to see a drift in; give {LEAST} or more.")
    pairs = [(one, "column") for one in _pairs(reference.columns, list(series_of(features)))]
    pairs += [(one, "prediction") for one in _pairs(reference.said, said_series(said))]
    found = [_finding(before, now, of) for (before, now), of in pairs]  # type: ignore[arg-type]
    judged = [_judged(finding, alpha, mark) for finding in _adjusted(found)]
    judged.sort(key=lambda one: (one.level == "none", -(one.psi or 0.0)))
    notes = tuple(f"{one.name}: {one.note}" for one in judged if one.note)
    return Drift(n_rows, reference.rows, alpha, tuple(judged), notes)


def _adjusted(found: Sequence[Finding]) -> list[Finding]:
    """Adjust the p-values of all tests together, those of missing values too."""
    tests = [
        (place, which)
        for which in ("p", "missing_p")
        for place, one in enumerate(found)
        if getattr(one, which) is not None
    ]
    made = list(found)
    for (place, which), value in zip(tests, adjusted([getattr(found[it], of) for it, of in tests]), strict=True):
        made[place] = replace(made[place], **{"adjusted" if which == "p" else which: value})  # type: ignore[arg-type]
    return made


def _pairs(profiles: Sequence[Profile], series: Sequence[Series]) -> Iterator[tuple[Profile, Series]]:
    """Put what was and what is beside each other, by name; texts become the numbers that stand for them."""
    now = {one.name: one for one in series}
    for before in profiles:
        if before.name not in now:
            continue
        found = now[before.name]
        if before.kind != "text":
            yield before, found
            continue
        yield replace(before, inner=()), found
        texts = [str(value) for value in found.values.tolist() if value is not None]
        inner = text_series(before.name, texts, np.array(before.words, dtype=np.int64)) if texts else []
        yield from zip(before.inner, inner, strict=False)


def _finding(before: Profile, now: Series, of: Literal["column", "prediction"]) -> Finding:
    missing = _missing(now)
    told = Finding(
        before.name,
        of,
        before.kind,
        missing_before=before.missing / max(1, before.rows),
        missing_now=float(missing.mean()) if len(missing) else 0.0,
        missing_p=_missing_test(before, missing),
    )
    if before.kind == "number" and now.kind == "number":
        return _of_numbers(told, before, now.values[~missing].astype(np.float64))
    if before.kind == "category":
        return _of_categories(told, before, [_text(value) for value in now.values[~missing].tolist()])
    if before.kind == "date":
        return replace(told, note="dates move on and are compared by what is missing only")
    return told


def _missing_test(before: Profile, missing: Any) -> float | None:
    """Return the p-value of equal shares; None where nothing is missing on either side."""
    now = int(missing.sum())
    if not (before.missing or now):
        return None
    then = np.array([before.missing, before.rows - before.missing])
    return chi_square(then, np.array([now, len(missing) - now]))[1]


def _missing(now: Series) -> Any:
    if now.kind == "date":
        return np.asarray(now.values, dtype=bool)
    if now.values.dtype.kind == "f":
        return np.isnan(now.values)
    return np.array([value is None for value in now.values.tolist()], dtype=bool)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def _of_numbers(told: Finding, before: Profile, values: Any) -> Finding:
    if before.spread is None or len(values) < LEAST:
        return replace(told, note="too few values to compare")
    then, here = np.asarray(before.spread.counts), before.spread.counted(values)
    groups = before.spread.coarse(_BINS)
    shift = psi(_grouped(then, groups), _grouped(here, groups))
    statistic, p = kolmogorov_smirnov(then, here)
    return replace(told, psi=shift, test="KS", statistic=statistic, p=p)


def _grouped(counts: Any, groups: Sequence[slice]) -> Any:
    return np.array([counts[group].sum() for group in groups])


def _of_categories(told: Finding, before: Profile, values: Sequence[str]) -> Finding:
    assert before.values is not None
    if len(values) < LEAST:
        return replace(told, note="too few values to compare")
    counts = Counter(values)
    names = list(before.values)
    others = {value: count for value, count in counts.items() if value not in before.values}
    then = np.array([*before.values.values(), before.rare])
    here = np.array([*(counts.get(name, 0) for name in names), sum(others.values())])
    statistic, p = chi_square(then, here)
    shown = dict(sorted(others.items(), key=lambda item: -item[1]))
    # those that were rare in the reference have no name there
    surely_new = here[-1] / len(values) - before.rare / max(1, then.sum())
    known = [np.array([counted[:-1].sum(), counted[-1]]) for counted in (then, here)]
    return replace(
        told,
        psi=psi(then, here),
        test="chi-square",
        statistic=statistic,
        p=p,
        new=shown if surely_new > 0 else {},
        new_share=float(max(0.0, surely_new)),
        new_p=chi_square(*known)[1] if before.rare and surely_new > 0 else None,
    )


def _judged(finding: Finding, alpha: float, mark: float) -> Finding:
    """Say how far a series drifted, and why."""
    why, level = [], 0.0
    if finding.adjusted is not None and finding.psi is not None and finding.adjusted < alpha and finding.psi >= mark:
        why.append(f"its distribution moved (PSI {finding.psi:.2f})")
        level = finding.psi
    gone = finding.missing_now - finding.missing_before
    if abs(gone) >= _MISSING and finding.missing_p is not None and finding.missing_p < alpha:
        why.append(f"missing in {finding.missing_now:.1%} of the rows, before in {finding.missing_before:.1%}")
        level = max(level, LARGE if abs(gone) >= 5 * _MISSING else MODERATE)
    if finding.new_share >= _NEW and (finding.new_p is None or finding.new_p < alpha):
        named = ", ".join(f"{value!r} ({count})" for value, count in list(finding.new.items())[:_NAMED])
        more = f" and {len(finding.new) - _NAMED} more" if len(finding.new) > _NAMED else ""
        why.append(f"new: {named}{more}")
        level = max(level, LARGE if finding.new_share >= 5 * _NEW else MODERATE)
    told: Level = "none" if not why else "large" if level >= LARGE else "moderate"
    return replace(finding, level=told, why=tuple(why))
