"""Answers rows by the model beside this file. Needs onnxruntime and NumPy, nothing else.

    python predict.py rows.csv          CSV with the columns' names in the first line; "-" reads standard input
    python predict.py rows.json         a list of objects, or {"columns": {name: [value, ...]}}
    python predict.py --check           ask the golden questions and compare the answers

Answers are CSV: the label or value of each row, and the probability of each class where the model gives any. Ends
with 0, with 2 for a wrong command, 3 for rows that cannot be read or answered, 6 for a folder that has been changed,
and 7 where the golden questions are answered otherwise.
"""

import argparse
import csv
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent
MISSING = "\ufdd0"
#: What probabilities may differ by: of 32 bits, and of 8.
TOLERANCE = {"model.onnx": 1e-4}
AT_ONCE = 256


class Wrong(Exception):
    """Something that the person can mend. code: how the program ends."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def verified(folder):
    """Compare every file with the manifest; nothing else is read before that."""
    try:
        listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError) as error:
        raise Wrong(6, f"manifest.json cannot be read ({error}); get the folder again") from None
    for name, line in listed.items():
        path = folder / name
        if not path.is_file():
            raise Wrong(6, f"{name} is missing; get the folder again")
        if hashlib.sha256(path.read_bytes()).hexdigest() != line["sha256"]:
            raise Wrong(6, f"{name} is not as it was written; get the folder again")
    return listed


class Model:
    """A graph with its signature."""

    def __init__(self, folder, graph):
        listed = verified(folder)
        if graph not in listed:
            raise Wrong(
                2, f"there is no graph {graph!r}; there are {', '.join(n for n in listed if n.endswith('.onnx'))}"
            )
        self.signature = json.loads((folder / "signature.json").read_text(encoding="utf-8"))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        content = (folder / graph).read_bytes()
        self.session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        told = json.loads(self.session.get_modelmeta().custom_metadata_map.get("runner", "{}"))
        self.required = set(told.get("required", ()))
        self.outputs = [output.name for output in self.session.get_outputs()]

    def answers(self, columns):
        """Return labels and probabilities, None where there are none. columns: input -> a value for each row."""
        arrays = {one["name"]: self._array(one, columns) for one in self.signature["inputs"]}
        asked = {one.name for one in self.session.get_inputs()}
        arrays = {name: array for name, array in arrays.items() if name in asked}
        heights = {len(array) for array in arrays.values()}
        if len(heights) != 1:
            raise Wrong(3, f"the columns have different numbers of rows: {sorted(heights)}")
        (n_rows,) = heights
        found = [
            self.session.run(self.outputs, {name: array[start : start + AT_ONCE] for name, array in arrays.items()})
            for start in range(0, n_rows, AT_ONCE)
        ]
        parts = (
            [np.concatenate(part) for part in zip(*found, strict=True)]
            if found
            else [np.empty(0) for _ in self.outputs]
        )
        for part in parts:
            if part.dtype.kind == "f" and np.isnan(part).any():
                row = int(np.flatnonzero(np.isnan(part.reshape(len(part), -1)).any(axis=1))[0])
                raise Wrong(3, f"row {row} has no answer: a value is missing in it that no step fills")
        return parts[0], parts[1] if len(parts) > 1 else None

    def _array(self, one, columns):
        name = one["name"]
        if name not in columns:
            raise Wrong(3, f"there is no column {name!r}; the columns are {', '.join(map(repr, columns))}")
        values = columns[name]
        if one["datatype"] == "BYTES":
            flat = np.empty((len(values), 1), dtype=object)
            flat[:, 0] = [MISSING if value is None else str(value) for value in _flat(values)]
            if name in self.required and MISSING in flat[:, 0]:
                raise Wrong(
                    3, f"row {flat[:, 0].tolist().index(MISSING)} lacks a text in {name!r}, and no step fills it"
                )
            return flat
        try:
            array = np.array(_none_to_nan(values), dtype=np.float64)
        except (ValueError, TypeError) as error:
            raise Wrong(3, f"column {name!r}: expected numbers ({error})") from None
        return array.reshape(len(values), *(one["shape"] or [1]))


def _flat(values):
    return [value[0] if isinstance(value, list) and len(value) == 1 else value for value in values]


def _none_to_nan(values):
    return [
        _none_to_nan(value) if isinstance(value, list) else np.nan if value is None else value for value in values
    ]


def read(path, signature):
    """Return columns of values from a file of rows."""
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(3, f"{path} cannot be read: {error}") from None
    if text.lstrip()[:1] in ("[", "{"):
        return _of_json(text, path)
    rows = list(csv.reader(text.splitlines(keepends=True)))
    if not rows:
        raise Wrong(3, f"{path} is empty; the first line names the columns")
    short = [number for number, row in enumerate(rows, 1) if len(row) != len(rows[0])]
    if short:
        raise Wrong(
            3, f"{path}, line {short[0]}: {len(rows[short[0] - 1])} values where the first line names {len(rows[0])}"
        )
    texts = {one["name"] for one in signature["inputs"] if one["datatype"] == "BYTES"}
    return {
        name: [_cell(row[place], name in texts, path, number, name) for number, row in enumerate(rows[1:], 2)]
        for place, name in enumerate(rows[0])
        if any(one["name"] == name for one in signature["inputs"])
    }


def _cell(text, is_text, path, line, name):
    if text == "":
        return None
    if is_text:
        return text
    if text in ("True", "False"):
        return float(text == "True")
    try:
        return float(text)
    except ValueError:
        raise Wrong(3, f"{path}, line {line}: {text!r} in column {name!r} is no number") from None


def _of_json(text, path):
    try:
        told = json.loads(text)
    except ValueError as error:
        raise Wrong(3, f"{path} is no JSON: {error}") from None
    if isinstance(told, dict):
        told = told.get("columns", told)
        if not isinstance(told, dict) or not all(isinstance(values, list) for values in told.values()):
            raise Wrong(3, f"{path}: give a list of objects, or an object of columns, each a list of values")
        return told
    if not all(isinstance(row, dict) for row in told):
        raise Wrong(3, f"{path}: give a list of objects, one a row")
    names = list(dict.fromkeys(name for row in told for name in row))
    return {name: [row.get(name) for row in told] for name in names}


def check(model, graph):
    """Ask the golden questions. Says how far the answers are off."""
    golden = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))
    labels, chances = model.answers(golden["columns"])
    expected = golden["predict"]
    allowed = TOLERANCE.get(graph, 0.1)
    if golden.get("predict_proba") is not None:
        due = np.array(golden["predict_proba"])
        worst = float(np.abs(due - chances).max(initial=0.0))
        ties = np.sort(due, axis=1)
        clear = ties[:, -1] - ties[:, -2] > 2 * allowed
        other = sum(str(a) != str(b) for a, b, sure in zip(labels.tolist(), expected, clear, strict=True) if sure)
    elif model.signature["classes"] is not None:
        worst, other = 0.0, sum(str(a) != str(b) for a, b in zip(labels.tolist(), expected, strict=True))
    else:
        due = np.array(expected, dtype=float)
        worst, other = float(np.abs(due - labels).max(initial=0.0) / (float(np.std(due)) or 1.0)), 0
    print(
        f"{len(expected)} golden questions: {other} other labels, off by at most {worst:.3g} ({allowed:g} is allowed)"
    )
    return 0 if worst <= allowed and not other else 7


def main(words=None):
    """Do what the command says; return how the program ends."""
    parser = argparse.ArgumentParser(description="Answer rows by the model beside this file.")
    parser.add_argument("rows", nargs="?", help="a CSV or JSON file; '-' for standard input")
    parser.add_argument("--check", action="store_true", help="ask the golden questions")
    parser.add_argument("--graph", default="model.onnx", help="model.onnx, or model.int8.onnx where it is")
    given = parser.parse_args(words)
    try:
        if not given.check and given.rows is None:
            raise Wrong(2, "name a file of rows, or say --check")
        model = Model(HERE, given.graph)
        if given.check:
            return check(model, given.graph)
        labels, chances = model.answers(read(given.rows, model.signature))
    except Wrong as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code
    out = csv.writer(sys.stdout, lineterminator="\n")
    targets = ["predict"] if labels.ndim == 1 else [f"predict_{place}" for place in range(labels.shape[1])]
    out.writerow(
        [*targets, *(f"predict_proba {label}" for label in (model.signature["classes"] or []) if chances is not None)]
    )
    for place, label in enumerate(labels.tolist()):
        row = label if isinstance(label, list) else [label]
        out.writerow([*row, *([] if chances is None else map(repr, chances[place].tolist()))])
    return 0


if __name__ == "__main__":
    sys.exit(main())
