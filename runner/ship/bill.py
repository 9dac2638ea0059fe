"""The bill of materials of a shipped model: CycloneDX 1.6, a machine-learning model and what it needs to run."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

#: Distributions that every model of ours is loaded with.
ROOTS = ("runner-ml",)


def needed(roots: Iterable[str], recorded: Mapping[str, str]) -> dict[str, str]:
    """Return the distributions that `roots` need, with the versions that the run recorded; extras are left out.

    recorded: name -> version, `env/packages.json` of the run. What a distribution needs is asked of the one
    installed here, for a run folder does not say.
    """
    versions = {_normal(name): (name, version) for name, version in recorded.items()}
    found: dict[str, str] = {}
    waiting = [_normal(root) for root in roots]
    while waiting:
        key = waiting.pop()
        if key in versions and versions[key][0] not in found:
            name, version = versions[key]
            found[name] = version
            waiting += _requirements(name)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def _requirements(name: str) -> list[str]:
    try:
        declared = distribution(name).requires or []
    except PackageNotFoundError:
        return []
    return [_normal(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]) for line in declared if "extra ==" not in line]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


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
            "bom-ref": f"pkg:pypi/{_normal(one)}@{number}",
            "name": one,
            "version": number,
            "purl": f"pkg:pypi/{_normal(one)}@{number}",
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
