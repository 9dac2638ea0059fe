"""The gate that every export passes: read back, asked, and compared with the model it was made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from runner.errors import IntegrityError
from runner.ship.answers import Answers, Difference, ask, difference, latency
from runner.ship.asking import Question, Reply
from runner.ship.edge_rows import answerable
from runner.ship.rows import features_of, plain_rows
from runner.ship.signature import Signature


@dataclass(frozen=True)
class Proof:
    """What the gate found, one entry of `proofs.json`.

    rows, edge_rows: compared; refused: edge rows that the model itself cannot answer. labels: of another class, ties
    aside. worst: see `Difference`. tolerance, changed: what was allowed. fresh: in an interpreter of its own. bytes:
    of the export; latency, latency_of_model: seconds for one row alone, medians; load: seconds to load.
    """

    rows: int
    edge_rows: int
    refused: int
    labels: int
    ties: int
    worst: float
    tolerance: float
    changed: float
    fresh: bool
    bytes: int
    latency: float
    latency_of_model: float
    load: float


@dataclass(frozen=True)
class Examined:
    """The rows of a gate with the model's own answers. columns: plain rows, the edge rows last."""

    signature: Signature
    columns: dict[str, list[Any]]
    answers: Answers
    n_edges: int
    refused: int


def examined(model: Any, signature: Signature, features: Any, *, edges: bool) -> Examined:
    """Ask the model itself. features: held-out rows as the source gives them; edges: ask rows at the edge too."""
    columns = plain_rows(signature, features)
    kept: list[dict[str, Any]] = []
    refused = 0
    if edges and features.shape[0]:
        typical = {name: values[0] for name, values in columns.items()}
        kept, refused = answerable(model, signature, typical)
    joined = {name: [*values, *(row[name] for row in kept)] for name, values in columns.items()}
    return Examined(signature, joined, ask(model, features_of(signature, joined)), len(kept), refused)


def passed(
    question: Question,
    rows: Examined,
    reply: Callable[[Question], Reply],
    model: Any,
    *,
    size: int,
    tolerance: float,
    changed: float,
    fresh: bool,
) -> tuple[Proof, Difference]:
    """Have an export answer and measure how far it is off; whether that may pass is the caller's to say."""
    found = reply(replace(question, columns=rows.columns))
    apart = difference(rows.answers, found.answers)
    one = features_of(rows.signature, {name: values[:1] for name, values in rows.columns.items()})
    proof = Proof(
        rows=apart.rows - rows.n_edges,
        edge_rows=rows.n_edges,
        refused=rows.refused,
        labels=apart.labels,
        ties=apart.ties,
        worst=apart.worst,
        tolerance=tolerance,
        changed=changed,
        fresh=fresh,
        bytes=size,
        latency=found.latency,
        latency_of_model=latency(model, one),
        load=found.load,
    )
    return proof, apart


def refusal(name: str, proof: Proof, apart: Difference, rows: Examined, step: str | None) -> IntegrityError:
    """Return the error for an export that does not answer like its model. step: the first that differs, if known."""
    told = f"{apart.labels} of {apart.rows} rows get another label" if apart.labels else "every label is equal"
    off = f"the probabilities differ by up to {apart.worst:.2g}"
    if apart.values:
        told, off = f"{apart.rows} rows were asked", f"a value is off by up to {apart.worst:.2g} standard deviations"
    where = f" The first step that differs is {step!r}." if step else ""
    edge = apart.first is not None and apart.first >= apart.rows - rows.n_edges
    row = f"edge row {_edge(rows, apart.first)}" if edge else f"row {apart.first} of those compared"
    return IntegrityError(
        f"the export {name!r} does not answer like the model it was made from: {told}, and {off} where "
        f"{_allowed(proof)}.{where} Farthest off is {row}. "
        f"The files are in 'quarantine/{name}'. Choose another exporter, or another component for that step."
    )


def _allowed(proof: Proof) -> str:
    """Say what the export may differ by."""
    if proof.changed:
        return f"{proof.changed:.2%} of the labels may change"
    return f"{proof.tolerance:.2g} is allowed"


def _edge(rows: Examined, place: int | None) -> str:
    """Show an edge row, whose values are ours; of other rows the values are nobody's business."""
    told = str({name: values[place or 0] for name, values in rows.columns.items()})
    return told if len(told) <= 300 else f"{told[:300]} …"


def disagrees(proof: Proof, apart: Difference) -> bool:
    """Say whether an export must not leave."""
    return not apart.within(proof.tolerance, proof.changed)
