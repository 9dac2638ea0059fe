"""A written program compiled and asked from Python, as proofs and tests do.

Compiling and loading a program runs it, so only bytes whose sha256 somebody vouches for get this far.
"""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import DataError, IntegrityError, PluginError

#: Looked for in this order.
COMPILERS = ("cc", "gcc", "clang")
FLAGS = ("-std=c99", "-O2", "-fPIC", "-shared")
_SECONDS = 600


def compiler() -> str:
    """Return the C compiler of this machine. Raises PluginError where there is none."""
    for name in COMPILERS:
        found = shutil.which(name)
        if found is not None:
            return found
    raise PluginError(
        f"exporter 'c': no C compiler was found (looked for {', '.join(COMPILERS)}), so what it writes could not be "
        "proven to answer like the model, and nothing is written. Install one ('apt-get install gcc', 'xcode-select "
        "--install'), or leave the exporter out."
    )


class CModel:
    """A compiled program as a model. told: what its `model.json` holds."""

    def __init__(self, told: Mapping[str, Any], library: ctypes.CDLL) -> None:
        self._told = told
        self._answer = library.driver_answer
        self._answer.restype = ctypes.c_int64
        self._real = np.float64 if told["real"] == "double" else np.float32
        classes = told["classes"]
        self.classes_ = None if classes is None else _labels(classes)

    def predict(self, rows: Any) -> NDArray[Any]:
        """Return a label, or what is predicted, for each row. Raises DataError for rows that are refused."""
        labels, values = self._asked(rows)
        if self.classes_ is not None:
            return np.asarray(self.classes_[labels])
        return values[:, 0] if self._told["flat"] else values

    def _asked(self, rows: Any) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        n_rows = int(rows.shape[0])
        numbers, texts = self._numbers(rows), self._texts(rows)
        labels = np.zeros(n_rows, dtype=np.int32)
        values = np.zeros((n_rows, self._told["values"]), dtype=self._real)
        done = self._answer(
            ctypes.c_int64(n_rows),
            _pointer(numbers),
            *map(_pointer, _joined(texts)),
            _pointer(labels),
            _pointer(values),
        )
        if done < n_rows:
            raise DataError(
                f"the C model has no answer to row {done}: a number is missing or infinite, a text is missing, or a "
                "value is one that training did not allow."
            )
        return labels, values.astype(np.float64)

    def _numbers(self, rows: Any) -> NDArray[Any]:
        names = self._told["inputs"]["numbers"]
        if hasattr(rows, "iloc"):
            table = rows[names].to_numpy(dtype=float, na_value=np.nan) if names else np.zeros((len(rows), 0))
        elif self._told["inputs"]["texts"]:
            table = np.zeros((rows.shape[0], 0))
        else:
            dense = rows.toarray() if hasattr(rows, "toarray") else np.asarray(rows)
            table = dense.reshape(len(dense), math.prod(dense.shape[1:]))
        if table.shape[1] != self._told["inputs"]["n_numbers"]:
            raise DataError(
                f"rows of the C model have {self._told['inputs']['n_numbers']} numbers, found {table.shape[1]}."
            )
        with np.errstate(over="ignore"):
            return np.ascontiguousarray(table, dtype=self._real)

    def _texts(self, rows: Any) -> list[list[Any]]:
        names = self._told["inputs"]["texts"]
        if not names:
            return [[] for _ in range(rows.shape[0])]
        if hasattr(rows, "iloc"):
            return [list(row) for row in zip(*(rows[name].tolist() for name in names), strict=True)]
        return [[text] for text in np.asarray(rows, dtype=object).ravel().tolist()]


class CModelOfProbabilities(CModel):
    """One whose values are probabilities."""

    def predict_proba(self, rows: Any) -> NDArray[np.float64]:
        """Return (n_rows, n_classes)."""
        return self._asked(rows)[1]


class CModelOfScores(CModel):
    """One whose values are scores."""

    def decision_function(self, rows: Any) -> NDArray[np.float64]:
        """Return (n_rows,) for two classes, (n_rows, n_classes) for more."""
        values = self._asked(rows)[1]
        return values[:, 0] if values.shape[1] == 1 else values


def _labels(classes: list[Any]) -> NDArray[Any]:
    return np.asarray(classes, dtype=object if any(isinstance(one, str) for one in classes) else None)


def _pointer(array: NDArray[Any]) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


def _joined(rows: list[list[Any]]) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.uint8]]:
    """Return all texts as bytes, where each ends, and which are missing."""
    texts = [_bytes(text) for row in rows for text in row]
    data = np.frombuffer(b"".join(text or b"" for text in texts) + b"\0", dtype=np.uint8)
    ends = np.cumsum([len(text or b"") for text in texts], dtype=np.int64)
    return data, ends, np.asarray([text is None for text in texts], dtype=np.uint8)


def _bytes(text: Any) -> bytes | None:
    if isinstance(text, bytes):
        return text
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else None


def model_of(told: Mapping[str, Any], sources: Mapping[str, str], flags: tuple[str, ...] = FLAGS) -> CModel:
    """Compile a program and return it as a model. told: its `model.json`; sources: its files by name.

    Raises PluginError without a compiler, IntegrityError for a program that does not compile.
    """
    with TemporaryDirectory(prefix="runner-c-") as folder:
        place = Path(folder)
        for name, text in sources.items():
            (place / name).write_text(text, encoding="utf-8")
        library = ctypes.CDLL(str(_compiled(place, f"{told['name']}.c", flags)))
    if told["classes"] is None:
        return CModel(told, library)
    return CModelOfProbabilities(told, library) if told["probabilities"] else CModelOfScores(told, library)


def _compiled(place: Path, source: str, flags: tuple[str, ...]) -> Path:
    made = place / "model.so"
    command = [compiler(), *flags, "-o", str(made), source, "driver.c", "-lm"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        raise IntegrityError(f"the C program does not compile: {done.stderr.strip()[:1000]}")
    return made
