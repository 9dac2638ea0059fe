"""The shipped experiments, from data to a C file that answers a thousand rows like the model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runner.record import layout, strict_json
from runner.testing import Project
from tests.builtin.exporters.c_code.strictly import compiled

DATA = Path(__file__).parents[2] / "shared" / "data"
#: Experiment -> what it is told besides, and a file of its data where they lie outside.
SHIPPED: dict[str, tuple[list[str], str]] = {
    "digits": ([], ""),
    "breast_cancer": ([], ""),
    "diabetes": ([], ""),
    "forest": (["model.n_estimators=30"], ""),
    "docstrings": (["source.per_library=60", "model.epochs=10"], ""),
    "sms_spam": (["source.path={data}/sms-spam/SMSSpamCollection"], "sms-spam/SMSSpamCollection"),
    "wine_quality": (["source.path={data}/wine-quality/winequality-red.csv"], "wine-quality/winequality-red.csv"),
    "adult": (
        [f"source.sources.{part}.path={{data}}/adult/adult-{part}.csv" for part in ("train", "test")]
        + ["model.epochs=1"],
        "adult/adult-train.csv",
    ),
}
#: Those that hold no step which the others lack, or go to C in tests/test_shipped_experiments.py too: each takes ten
#: seconds, so they are for a longer look by hand.
LONGER = {"diabetes", "forest", "wine_quality", "digits", "breast_cancer", "docstrings"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] if name in LONGER else []) for name in SHIPPED]
)
def test_a_shipped_experiment_goes_from_data_to_a_c_file(name: str, tmp_path: Path) -> None:
    told, needed = SHIPPED[name]
    if needed and not (DATA / needed).is_file():
        pytest.skip(f"{needed} is not here")
    words = [word.format(data=DATA) for word in told]
    run = Project(tmp_path).run(f"+experiment={name}", "exporters=[c]", *words).assert_success().run
    proof = strict_json.read(run.path / layout.PROOFS)["c"]
    assert proof["labels"] == 0
    assert proof["worst"] < 1e-5
    assert proof["fresh"]
    n_rows = json.loads((run.path / layout.FINGERPRINT).read_text())["raw"]["rows"]
    assert proof["rows"] == min(1000, n_rows)
    assert proof["edge_rows"] > 0
    place = run.path / "artifacts/c"
    compiled(place / "model.c", place / "example.c", to=tmp_path / "example")
