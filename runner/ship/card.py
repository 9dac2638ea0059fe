"""The model card: what a stranger must know before using a model (Mitchell et al., 2019), filled from its run.

The head is YAML as Hugging Face reads it; what the declaration does not tell is said to be unknown, not left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from runner.plan.about import About
from runner.record.records import Metrics, RunInfo
from runner.ship.signature import Input, Signature

_UNKNOWN = "*Not stated in the declaration.*"


@dataclass(frozen=True)
class Facts:
    """What a run tells of its model. declared: the whole declaration; proofs: by exporter; sources: what was read."""

    info: RunInfo
    declared: Mapping[str, Any]
    metrics: Metrics
    signature: Signature
    sources: Sequence[Mapping[str, Any]]
    proofs: Mapping[str, Mapping[str, Any] | None]
    packages: Mapping[str, str]
    about: About

    @property
    def task(self) -> str:
        """The task as Hugging Face names it."""
        if self.signature.classes is None:
            return "tabular-regression"
        texts = any(one.datatype == "BYTES" and one.values is None for one in self.signature.inputs)
        return "text-classification" if texts else "tabular-classification"

    @property
    def scores(self) -> dict[str, float]:
        """Metric -> mean over the folds, numbers only."""
        return {name: total.mean for name, total in self.metrics.total.items() if isinstance(total.mean, float)}


def card(facts: Facts) -> str:
    """Return the card as Markdown with its YAML head."""
    sections = [
        f"# {_cell(facts.info.experiment)}",
        facts.about.summary or _UNKNOWN,
        f"By {facts.about.authors}." if facts.about.authors else "",
        "## Intended use",
        facts.about.intended_use or _UNKNOWN,
        "## Limits",
        facts.about.limits or _UNKNOWN,
        "## How to load it",
        _loading(facts),
        "## What it is asked with",
        _inputs(facts.signature),
        "## Training",
        _training(facts),
        "## Data",
        _data(facts),
        "## Evaluation",
        _evaluation(facts),
        "## Exports",
        _exports(facts.proofs),
        "## Environment",
        ", ".join(f"{name} {version}" for name, version in facts.packages.items()) or _UNKNOWN,
    ]
    return f"---\n{_head(facts)}---\n\n" + "\n\n".join(filter(None, sections)) + "\n"


def _head(facts: Facts) -> str:
    head: dict[str, Any] = {
        "license": (facts.about.licence or "unknown").lower(),
        "library_name": "sklearn",
        "pipeline_tag": facts.task,
        "tags": ["runner", facts.declared.get("model", {}).get("use", "model")],
        "datasets": [str(one["use"]) for one in facts.sources],
        "metrics": sorted(facts.scores),
    }
    if facts.scores:
        results = [{"type": name, "value": round(score, 6)} for name, score in facts.scores.items()]
        dataset = {"name": head["datasets"][0] if head["datasets"] else "unknown", "type": "custom"}
        head["model-index"] = [
            {
                "name": facts.info.experiment,
                "results": [{"task": {"type": facts.task}, "dataset": dataset, "metrics": results}],
            }
        ]
    return yaml.safe_dump(head, sort_keys=False, allow_unicode=True)


def _loading(facts: Facts) -> str:
    ways = """```python
import runner

model = runner.load("PATH/OF/THIS/FOLDER")
model.predict(rows)
```"""
    safe = "Nothing of a model file is read before the folder agrees with its manifest, and no pickle is ever loaded."
    return f"{ways}\n\n{safe} Run {facts.info.id}, of {facts.info.started}."


def _inputs(signature: Signature) -> str:
    rows = [
        (_cell(one.name), one.datatype, str(list(one.shape)) if one.shape else "", _range(one))
        for one in signature.inputs[:200]
    ]
    table = _table(("input", "type", "shape of a row", "seen in training"), rows)
    more = len(signature.inputs) - len(rows)
    answers = "values" if signature.classes is None else f"classes {', '.join(map(_cell, signature.classes[:50]))}"
    return table + (f"\n\nand {more} more." if more > 0 else "") + f"\n\nIt answers with {answers}."


def _range(one: Input) -> str:
    if one.values is not None:
        return _cell(", ".join(one.values[:20])) + (" …" if len(one.values) > 20 else "")
    told = "" if one.low is None or one.high is None else f"{one.low:g} to {one.high:g}"
    return f"{told}{', some missing' if one.nullable else ''}".strip(", ")


def _training(facts: Facts) -> str:
    groups = ("cleaners", "splitter", "augmenters", "transforms", "model", "optimizer", "scheduler", "compressors")
    kept = {group: facts.declared[group] for group in groups if facts.declared.get(group) not in (None, {}, [])}
    text = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)
    return f"```yaml\n{text}```\n\nSeed {facts.info.seed}; {facts.info.seconds:.1f} s."


def _data(facts: Facts) -> str:
    lines = [
        f"- source `{_cell(one['use'])}`, {one['rows']:,} rows, sha256 `{one['fingerprint']}`"
        for one in facts.sources
    ]
    licence = facts.about.data_licence or "not stated"
    return "\n".join([*lines, f"- licence of the data: {licence}"])


def _evaluation(facts: Facts) -> str:
    rows = []
    for name, total in facts.metrics.total.items():
        if not isinstance(total.mean, float):
            continue
        interval = facts.metrics.intervals.get(name)
        sure = "" if interval is None or interval.low is None else f"{interval.low:.4g} to {interval.high:.4g}"
        spread = "" if total.std is None else f"{total.std:.2g}"
        rows.append((_cell(name), f"{total.mean:.4g}", spread, sure, str(total.n)))
    if not rows:
        return _UNKNOWN
    return _table(("metric", "held out", "spread over folds", "interval", "folds"), rows)


def _exports(proofs: Mapping[str, Mapping[str, Any] | None]) -> str:
    rows = []
    for name, proof in proofs.items():
        if proof is None:
            rows.append((_cell(name), "not proven: loading it can run code", "", "", ""))
            continue
        told = f"{proof['rows']:,} rows and {proof['edge_rows']} at the edge, off by at most {proof['worst']:.2g}"
        latency = f"{proof['latency'] * 1e3:.3g} ms"
        rows.append((_cell(name), told, str(proof["labels"]), f"{proof['bytes']:,}", latency))
    return _table(("export", "compared with the model", "other labels", "bytes", "one row"), rows)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(value: Any) -> str:
    """Return a text that stays in its cell and runs nothing where Markdown becomes HTML."""
    text = " ".join(str(value).split())
    for sign, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|"), ("`", "'")):
        text = text.replace(sign, escaped)
    return text
