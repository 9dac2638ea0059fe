"""The bill of materials of a shipped model: CycloneDX 1.6, a machine-learning model and what it needs to run."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: Distributions that every model of ours is loaded with.
ROOTS = ("runner-ml",)


def needed(roots: Iterable[str], recorded: Mapping[str, str]) -> dict[str, str]:
    """Return the distributions that `roots` need, with the versions that the run recorded.

    roots: names, with the extras that are wanted: "runner-ml[serve]". recorded: name -> version, `env/packages.json`
    of the run; what it lacks is left out. What a distribution needs is asked of the one installed here, for a run
    folder does not say.
    """
    versions = {canonicalize_name(name): (name, version) for name, version in recorded.items()}
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(root) for root in roots]
    while waiting:
        one = waiting.pop()
        key = canonicalize_name(one.name)
        for extra in ("", *sorted(one.extras)):
            if key in versions and (key, extra) not in seen:
                seen.add((key, extra))
                name, version = versions[key]
                found[name] = version
                waiting += _requirements(name, extra)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def lacking(root: str, recorded: Mapping[str, str]) -> list[str]:
    """Name what a distribution needs itself, for its extras, and the run did not have. root: as for `needed`."""
    wanted = Requirement(root)
    had = {canonicalize_name(name) for name in recorded}
    asked = [one for extra in sorted(wanted.extras) for one in _requirements(wanted.name, extra)]
    return sorted({one.name for one in asked if canonicalize_name(one.name) not in had})


def _requirements(name: str, extra: str) -> list[Requirement]:
    """List what a distribution needs here, for an extra; for itself where that is empty."""
    try:
        declared = [Requirement(line) for line in distribution(name).requires or []]
    except PackageNotFoundError:
        return []
    return [one for one in declared if one.marker is None or one.marker.evaluate({"extra": extra})]


def bill(
    *,
    name: str,
    version: str,
    made: str,
    task: str,
    scores: Mapping[str, float],
    datasets: Sequence[Mapping[str, Any]],
    files: Mapping[str, str],
    packages: Mapping[str, str],
    licence: str | None,
) -> dict[str, Any]:
    """Return the bill as JSON-ready values.

    version: the run's id. made: ISO 8601. files: path -> sha256 of the model's files. datasets: {"use",
    "fingerprint", "rows"} of each source. licence: SPDX expression of the model, None where none is declared.
    """
    reference = f"model/{name}@{version}"
    performance = [{"type": metric, "value": f"{score:.6g}"} for metric, score in scores.items()]
    model = {
        "type": "machine-learning-model",
        "bom-ref": reference,
        "name": name,
        "version": version,
        **({"licenses": [{"expression": licence}]} if licence else {}),
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in sorted(set(files.values()))],
        "modelCard": {
            "modelParameters": {
                "task": task,
                "datasets": [
                    {"type": "dataset", "name": str(one["use"]), "description": f"sha256 {one['fingerprint']}"}
                    for one in datasets
                ],
            },
            "quantitativeAnalysis": {"performanceMetrics": performance},
        },
    }
    libraries = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{canonicalize_name(one)}@{number}",
            "name": one,
            "version": number,
            "purl": f"pkg:pypi/{canonicalize_name(one)}@{number}",
        }
        for one, number in packages.items()
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, reference)}",
        "version": 1,
        "metadata": {"timestamp": made, "component": model},
        "components": libraries,
        "dependencies": [{"ref": reference, "dependsOn": [one["bom-ref"] for one in libraries]}],
    }
