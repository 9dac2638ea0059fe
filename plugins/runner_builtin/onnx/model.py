"""A graph loaded from its file, answering rows as the pipeline does that it was made from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import DataError, IntegrityError, PluginError
from runner_builtin.onnx.asking import arrays_of, blocks, feeds

LABELS, CHANCES, SCORES = "predict", "predict_proba", "decision_function"
#: The entry of a graph's metadata that says what its inputs and outputs do not.
METADATA = "runner"


class OnnxModel:
    """Answers raw rows through onnxruntime. classes_: in the order of probabilities, where it is a classifier."""

    def __init__(self, session: Any) -> None:
        self._session = session
        told = json.loads(session.get_modelmeta().custom_metadata_map.get(METADATA, "{}"))
        self._required = frozenset(told.get("required", ()))
        self._wanted = {
            one.name: "text" if one.type == "tensor(string)" else "double" for one in session.get_inputs()
        }
        # a label says nothing of a score that is no number, so the scores are looked at, too
        self._telling = [one.name for one in session.get_outputs() if one.name in (CHANCES, SCORES)]
        if told.get("classes") is not None:
            self.classes_ = np.asarray(told["classes"])

    def predict(self, rows: Any) -> NDArray[Any]:
        """Return a label or value for each row. rows: as the source gives them."""
        return self._answer(LABELS, rows)

    def answer_columns(self, columns: Mapping[str, NDArray[Any]], outputs: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Return outputs by name, at least one row being asked, without a frame in between.

        columns: input -> (n_rows, …) numbers, NaN where missing, or texts (object), None where missing.
        """
        return self._asked(blocks(arrays_of(columns, self._wanted), self._required), outputs)

    def _answer(self, output: str, rows: Any) -> NDArray[Any]:
        """Raises DataError where rows cannot be answered."""
        if not rows.shape[0]:
            return self._blank(output, rows)
        return self._asked(feeds(rows, self._wanted, self._required), [output])[output]

    def _asked(self, feeds: Iterable[Mapping[str, Any]], outputs: Sequence[str]) -> dict[str, NDArray[Any]]:
        asked = list(dict.fromkeys([*outputs, *self._telling]))
        found = zip(*(self._session.run(asked, feed) for feed in feeds), strict=True)
        answers = {output: np.concatenate(parts) for output, parts in zip(asked, found, strict=True)}
        for numbers in answers.values():
            _check_told(numbers)
        return {output: answers[output] for output in outputs}

    def _blank(self, output: str, rows: Any) -> NDArray[Any]:
        """Return what there is to say of no rows."""
        shape = next(one.shape for one in self._session.get_outputs() if one.name == output)
        width = [size for size in shape[1:] if isinstance(size, int)]
        classes = getattr(self, "classes_", None)
        kind = classes.dtype if output == LABELS and classes is not None else np.float32
        return np.empty((rows.shape[0], *width), dtype=kind)


def _check_told(answers: NDArray[Any]) -> None:
    """Raises DataError for a row without an answer."""
    if answers.dtype.kind == "f" and np.isnan(answers).any():
        row = int(np.flatnonzero(np.isnan(answers.reshape(len(answers), -1)).any(axis=1))[0])
        raise DataError(
            f"the model has no answer to row {row}: a value that no step fills is missing in it, or too large."
        )


class OnnxClassifier(OnnxModel):
    """One that gives probabilities."""

    def predict_proba(self, rows: Any) -> NDArray[np.float32]:
        """Return (n_rows, n_classes)."""
        return self._answer(CHANCES, rows)


def load_model(path: Path) -> OnnxModel:
    """Load a graph. Raises IntegrityError for a file that is none, or that keeps numbers in other files."""
    content = path.read_bytes()
    _check_whole(content, path)
    import onnxruntime  # an extra, which only those who load a graph need

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        # The very bytes that were looked at, so that no one can exchange the file in between.
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise IntegrityError(f"'{path}' cannot be run by onnxruntime: {str(error)[:500]}") from error
    chances = any(one.name == CHANCES for one in session.get_outputs())
    return OnnxClassifier(session) if chances else OnnxModel(session)


def _check_whole(content: bytes, path: Path) -> None:
    try:
        import onnx
    except ImportError as error:
        raise PluginError("an ONNX file is loaded by onnx and onnxruntime: pip install 'runner-ml[onnx]'") from error
    from google.protobuf.message import DecodeError
    from onnx.external_data_helper import _get_all_tensors, uses_external_data

    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as error:
        raise IntegrityError(f"'{path}' is no ONNX file ({error}). Nothing was loaded.") from error
    outside = [tensor.name for tensor in _get_all_tensors(model) if uses_external_data(tensor)]
    if outside:
        raise IntegrityError(
            f"'{path}' keeps numbers in other files ({', '.join(map(repr, outside[:5]))}), which nobody has checked. "
            "Nothing was loaded; an export of ours is one file."
        )
