"""The bill of materials: what a model is made of, as CycloneDX reads it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from runner.record.environment import packages
from runner.ship.bill import bill, lacking, needed


def made(**changed: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": "jobs",
        "version": "20260101T000000Z-0badcafe",
        "made": "2026-01-01T00:00:00+00:00",
        "task": "tabular-classification",
        "scores": {"accuracy": 0.95},
        "datasets": [{"use": "csv", "fingerprint": "ab" * 32, "rows": 40}],
        "files": {"artifacts/skops/model.skops": "cd" * 32},
        "packages": {"scikit-learn": "1.9.1", "typing_extensions": "4.16.0"},
        "licence": "MIT",
    }
    return bill(**{**told, **changed})


@pytest.mark.parametrize("changed", [{}, {"licence": None}, {"scores": {}, "datasets": [], "packages": {}}])
def test_it_agrees_with_the_published_schema(changed: dict[str, Any]) -> None:
    problems = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(made(**changed)))
    assert problems is None, problems


def test_it_names_the_model_its_files_and_its_libraries() -> None:
    told = made()
    model = told["metadata"]["component"]
    assert (model["type"], model["name"]) == ("machine-learning-model", "jobs")
    assert model["hashes"] == [{"alg": "SHA-256", "content": "cd" * 32}]
    assert [one["purl"] for one in told["components"]] == [
        "pkg:pypi/scikit-learn@1.9.1",
        "pkg:pypi/typing-extensions@4.16.0",
    ]
    assert told["dependencies"][0]["dependsOn"] == [one["bom-ref"] for one in told["components"]]


def test_one_model_has_one_number_whenever_the_bill_is_made() -> None:
    assert made()["serialNumber"] == made(made="2027-01-01T00:00:00+00:00")["serialNumber"]
    assert made()["serialNumber"] != made(version="other")["serialNumber"]


def test_what_is_needed_is_what_the_roots_need_with_the_recorded_versions() -> None:
    found = needed(["runner-ml"], packages() | {"scikit-learn": "0.0.1"})
    assert found["scikit-learn"] == "0.0.1"
    assert {"numpy", "skops", "threadpoolctl"} <= found.keys()
    assert "pytest" not in found
    assert "fastapi" not in found
    assert list(found) == sorted(found, key=str.lower)


def test_extras_are_needed_where_they_are_asked_for() -> None:
    found = needed(["runner-ml[serve]"], packages())
    assert {"uvicorn", "httptools", "orjson"} <= found.keys()


def test_what_the_run_did_not_have_is_left_out() -> None:
    assert needed(["runner-ml", "not-installed-anywhere"], {"numpy": "2.0"}) == {}
    assert needed(["NumPy"], {"numpy": "2.0"}) == {"numpy": "2.0"}


def test_what_an_extra_needs_and_the_run_did_not_have_is_told() -> None:
    assert lacking("runner-ml[serve]", packages()) == []
    without = {name: version for name, version in packages().items() if name != "uvicorn"}
    assert lacking("runner-ml[serve]", without) == ["uvicorn"]
    assert lacking("runner-ml", {}) == []
