"""Golden questions and answers as a C program that asks a written model."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from runner_builtin.exporters.c_code.literals import numbers, wrapped

#: Where the two best labels are closer than this, either is right.
_TIE = 1e-5


def golden_test(told: Mapping[str, Any], golden: Mapping[str, Any], *, tolerance: float, changed: float) -> str:
    """Return the program. told: `model.json`; golden: `golden.json`; changed: the share that may change its label."""
    questions = golden["columns"]
    n_rows = len(golden["predict"])
    tables, fill = _questions(told, questions, n_rows)
    values, labels = _expected(told, golden)
    compare = []
    if labels is not None:
        tables.append(_table("int32_t", "labels", [str(label) for label in labels]))
        compare += ["        changed += labels[i] >= 0 && answer.label != labels[i];"]
    if values is not None:
        tables.append(_table("double", "expected", numbers(np.asarray(values).ravel(), "double")))
        width = told["values"]
        compare += [
            f"        for (int j = 0; j < {width}; j++) {{",
            f"            const double apart = fabs((double)answer.values[j] - expected[i * {width} + j]);",
            f"            const double off = apart / {_spread(told, values)};",
            "            worst = off > worst ? off : worst;",
            "            far += !(off <= tolerance);",
            "        }",
        ]
    blanks = {
        "name": told["name"],
        "rows": str(n_rows),
        "tolerance": repr(float(tolerance)),
        "may_change": str(int(changed * n_rows)),
        "tables": "\n".join(tables) + "\n",
        "fill": "".join(f"{line}\n" for line in fill),
        "compare": "".join(f"{line}\n" for line in compare),
    }
    text = (files(__package__) / "edge_c_templates" / "golden.c").read_text(encoding="utf-8")
    return re.sub(r"@(\w+)@", lambda found: blanks[found[1]], text)


def _questions(told: Mapping[str, Any], columns: Mapping[str, Any], n_rows: int) -> tuple[list[str], list[str]]:
    """Return the tables of what is asked, and the statements that fill a row of it."""
    inputs, real = told["inputs"], told["real"]
    tables, fill = [], []
    if inputs["n_numbers"]:
        n_numbers = int(inputs["n_numbers"])
        tables.append(_table(f"{told['name']}_real", "asked", _asked(inputs, columns, n_rows, real)))
        fill.append(f"        memcpy(row.numbers, asked + i * {n_numbers}, sizeof(row.numbers));")
    for place, name in enumerate(inputs["texts"]):
        texts = [None if text is None else text.encode("utf-8", "replace") for text in _flat(columns[name])]
        data = b"".join(text or b"" for text in texts) + b"\0"
        ends = np.cumsum([0, *(len(text or b"") for text in texts)]).tolist()
        tables.append(_table("uint8_t", f"bytes{place}", [str(byte) for byte in data]))
        tables.append(_table("uint32_t", f"ends{place}", [str(end) for end in ends]))
        tables.append(_table("uint8_t", f"missing{place}", [str(int(text is None)) for text in texts]))
        text = f"row.texts[{place}]"
        fill += [
            f"        {text}.bytes = missing{place}[i] ? NULL : (const char *)bytes{place} + ends{place}[i];",
            f"        {text}.length = ends{place}[i + 1] - ends{place}[i];",
        ]
    return tables, fill


def _asked(inputs: Mapping[str, Any], columns: Mapping[str, Any], n_rows: int, real: str) -> list[str]:
    """Return the numbers of all rows, row after row."""
    if inputs["kind"] == "array":
        return _literals(_flat(columns["input"]), real)
    rows = ([columns[name][row] for name in inputs["numbers"]] for row in range(n_rows))
    return [literal for row in rows for literal in _literals(row, real)]


def _literals(values: Sequence[Any], real: str) -> list[str]:
    return ["NAN" if value is None else numbers(np.asarray([float(value)]), real)[0] for value in values]


def _flat(nested: Any) -> list[Any]:
    return [one for item in nested for one in _flat(item)] if isinstance(nested, list) else [nested]


def _table(ctype: str, name: str, items: list[str]) -> str:
    # an empty initialiser is no C99
    return f"static const {ctype} {name}[{len(items) or 1}] = {{\n{wrapped(items or ['0'])}\n}};"


def _expected(told: Mapping[str, Any], golden: Mapping[str, Any]) -> tuple[Any, list[int] | None]:
    """Return the values and labels that are due, None where the model tells none; -1 for a label that is a tie."""
    classes, chances = told["classes"], golden["predict_proba"]
    if classes is None:
        return np.asarray(golden["predict"], dtype=np.float64), None
    labels = [classes.index(label) for label in golden["predict"]]
    if not told["probabilities"] or chances is None:
        return None, labels
    best = [sorted(row, reverse=True)[:2] for row in chances]
    tied = [len(pair) > 1 and pair[0] - pair[1] <= _TIE for pair in best]
    return np.asarray(chances), [-1 if tie else label for tie, label in zip(tied, labels, strict=True)]


def _spread(told: Mapping[str, Any], values: Any) -> str:
    """Return what differences are measured in: of a regression, standard deviations of its values."""
    spread = float(np.std(values)) if told["classes"] is None and len(values) else 1.0
    return repr(spread if spread > 0 and math.isfinite(spread) else 1.0)
