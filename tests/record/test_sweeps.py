from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from runner.errors import ExitCode, IntegrityError, PluginError
from runner.record import strict_json
from runner.record.records import ErrorRecord, Metrics, StepRecord, Total
from runner.record.sweeps import SweepInfo, TrialRecord, TrialSummary, read_info, read_trial, seal

INFO = SweepInfo(
    id="sweep-0badcafe0123",
    experiment="digits",
    identity="0badcafe0123" + "0" * 52,
    created="2026-01-31T12:00:00+00:00",
    command=("runner", "-m", "model.l2=0.1,1"),
    axes=("model.l2",),
    base={"model": {"use": "softmax"}},
    objective={"metric": "f1", "direction": "maximize", "aggregate": "mean"},
    seeds=1,
    versions={"runner": "0.1.0", "python": "3.11.7"},
)

TRIAL = TrialRecord(
    number=17,
    key="ab" * 32,
    state="failed",
    attempt=2,
    overrides=("model.l2=0.1",),
    settings={"model.l2": 0.1, "transforms": ["tfidf"]},
    changes={"model.l2": 0.1},
    removed=("scheduler",),
    score=None,
    metrics=Metrics(primary="f1", direction="maximize", folds=({"f1": 0.5},), total={"f1": Total(0.5, None, 1)}),
    steps=(StepRecord("load/csv", 0.1, rows_out=3),),
    curves={"loss": (1.0, 0.5)},
    components={"model": "softmax of runner-ml 0.1.0 3fa2c1d09b7e"},
    data="cd" * 32,
    started="2026-01-31T12:00:00+00:00",
    seconds=1.5,
    waited=0.25,
    peak_bytes=1 << 20,
    fused=64,
    share=0.5,
    error=ErrorRecord("diverged", "größer als 1e12: \udcff"),
    files={"log.txt": "ef" * 32},
)


def _write(folder: Path, record: object) -> Path:
    folder.mkdir(exist_ok=True)
    strict_json.write(folder / "trial.json", record)
    return folder


def test_a_sealed_trial_is_read_back_equal(tmp_path: Path) -> None:
    sealed = TRIAL.sealed()
    assert read_trial(_write(tmp_path, sealed)) == sealed
    assert replace(sealed, check="", settings=TRIAL.settings) == TRIAL
    assert len(sealed.check) == 64


def test_numbers_that_are_not_finite_are_none_and_listed_and_sealed_alike_twice(tmp_path: Path) -> None:
    sealed = replace(TRIAL, std=float("nan"), curves={"loss": (1.0, float("inf"))}).sealed()
    assert (sealed.std, sealed.curves["loss"]) == (None, (1.0, None))
    assert sealed.non_finite == ("std", "curves.loss.1")
    assert sealed.sealed() == sealed
    assert read_trial(_write(tmp_path, sealed)) == sealed


@pytest.mark.fault("F24")
def test_a_change_of_any_field_breaks_the_seal(tmp_path: Path) -> None:
    record = json.loads(strict_json.dumps(TRIAL.sealed()))
    for name in record:
        changed = {**record, name: "changed"}
        with pytest.raises(IntegrityError, match=r"its seal says sha256 \w+, its contents have \w{64}") as told:
            read_trial(_write(tmp_path, changed))
        assert told.value.exit_code == ExitCode.INTEGRITY
    with pytest.raises(IntegrityError, match="seal"):
        read_trial(_write(tmp_path, {**record, "more": 1}))


def test_the_journal_holds_a_summary_of_the_trial() -> None:
    sealed = TRIAL.sealed()
    event = json.loads(strict_json.dumps(sealed.summary().event()))
    assert event["event"] == "ended"
    assert TrialSummary.of(event) == sealed.summary()
    assert (sealed.summary().kind, sealed.summary().check) == ("diverged", sealed.check)
    assert replace(TRIAL, error=None).summary().kind is None


def test_what_a_sweep_says_of_itself_is_read_back_equal(tmp_path: Path) -> None:
    strict_json.write(tmp_path / "sweep.json", INFO)
    assert read_info(tmp_path) == INFO


def test_a_sweep_of_a_newer_schema_is_refused_by_version(tmp_path: Path) -> None:
    strict_json.write(tmp_path / "sweep.json", replace(INFO, schema=2, versions={"runner": "1.9"}))
    with pytest.raises(PluginError, match=r"newer runner '1\.9'.*schema 2.* up to 1") as told:
        read_info(tmp_path)
    assert told.value.exit_code == ExitCode.PLUGIN


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"schema": 1}', '{"schema": "x"}'])
def test_a_damaged_record_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "sweep.json").write_text(text)
    with pytest.raises(IntegrityError, match=r"sweep\.json"):
        read_info(tmp_path)


def test_a_trial_that_is_sealed_but_lacks_fields_is_named(tmp_path: Path) -> None:
    record = {"schema": 1, "number": 1}
    with pytest.raises(IntegrityError, match=r"does not hold what a sweep writes there \(KeyError"):
        read_trial(_write(tmp_path, {**record, "check": seal(record)}))
