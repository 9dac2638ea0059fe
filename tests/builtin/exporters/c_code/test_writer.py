"""The files of a program: they compile under the strictest flags, say what they take, and stand hostile rows."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from runner.ship.edge_rows import TEXTS
from runner_builtin.exporters.c_exporter import CExporter
from runner_builtin.transforms.character_text import Characters
from runner_builtin.transforms.tfidf import Tfidf
from tests.builtin.exporters.c_code.conftest import exported
from tests.builtin.exporters.c_code.strictly import SANITIZED, answered, compiled

N = 120
RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        'a "b" ??/': RNG.normal(size=N),
        "size */": RNG.normal(size=N),
        "text": RNG.choice(["the red ΣΑΣ", "blue\tcar", "don't", "ΑΣ été"], N),
        "kind": RNG.choice(["x", "y\n", "ß"], N),
    }
)
LABELS = np.asarray(["no", '"; abort(); //'])[(RNG.random(N) > 0.5).astype(int)]


def pipeline(model: object, words: object) -> object:
    routes = [
        ("words", words, "text"),
        ("kinds", OneHotEncoder(handle_unknown="ignore"), ["kind"]),
        ("numbers", StandardScaler(), list(TABLE.columns[:2])),
    ]
    return make_pipeline(ColumnTransformer(routes, sparse_threshold=0), model).fit(TABLE, LABELS)


PIPELINES = [
    (LogisticRegression(), Tfidf(ngram_range=(1, 3), stop_words=["the"], strip_accents="unicode"), "float32"),
    (LogisticRegression(), Characters(), "int8"),
    (DecisionTreeClassifier(), Tfidf(lowercase=False), "float64"),
]


@pytest.mark.parametrize(("model", "words", "precision"), PIPELINES, ids=["float32", "int8", "float64"])
def test_hostile_rows_harm_nothing(model: object, words: object, precision: str, tmp_path: Path) -> None:
    exported(pipeline(model, words), TABLE, tmp_path, precision=precision)
    (tmp_path / "hostile.c").write_text(_HOSTILE)
    program = compiled(tmp_path / "model.c", tmp_path / "hostile.c", to=tmp_path / "hostile", flags=SANITIZED)
    out = answered(
        program, _hostile_rows(np.float64 if precision == "float64" or "Tree" in str(model) else np.float32)
    )
    lines = out.decode().splitlines()
    assert len(lines) == 4 * len(_NUMBERS) * (len(_TEXTS) + 1)
    refused = lines.count("refused")
    assert 0 < refused < len(lines)
    for line in lines:
        if line != "refused":
            label, *values = line.split()
            assert label in "01"
            assert sum(map(float, values)) == pytest.approx(1, abs=1e-5)


_NUMBERS = [0.0, -1.5, 1e30, -1e38, 1e-45, float("nan"), float("inf"), float("-inf")]
_TEXTS = [
    b"", b"\0\0", b"a\0b c\0", b"\xff\xfe\x80\xc3", b"x" * 100_000, b"\xe2\x82", b"\xf0\x9f\x98",
    "Σ".encode() * 3000, "a\u0345".encode() * 5000 + "Σ".encode(), b"\xc3 " * 20_000, b"the " * 20_000,
    "각".encode() * 100, b"\x1b[2J\r\n\t",
    *(text.encode() for text in TEXTS),
]  # fmt: skip


def _hostile_rows(real: type) -> bytes:
    """Ask every number with every text; each text is its length, -1 for a missing one, and its bytes."""
    rows = []
    for number in _NUMBERS:
        for text in [*_TEXTS, None]:
            for place in range(4):
                words, kind = (text, b"x") if place % 2 else (b"blue", text)
                numbers = np.array([number, 0.5] if place % 3 else [0.5, number]).astype(real)
                rows.append(numbers.tobytes() + b"".join(_packed(one) for one in (words, kind)))
    return b"".join(rows)


def _packed(text: bytes | None) -> bytes:
    return struct.pack("<q", -1) if text is None else struct.pack("<q", len(text)) + text


_HOSTILE = """
#include "model.h"
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    static model_row row;
    static model_work work;
    static model_answer answer;
    memset(&work, 0xA5, sizeof(work));
    while (fread(row.numbers, sizeof(row.numbers), 1, stdin) == 1) {
        char *bytes[MODEL_TEXTS];
        for (int t = 0; t < MODEL_TEXTS; t++) {
            int64_t length;
            if (fread(&length, sizeof(length), 1, stdin) != 1) return 2;
            bytes[t] = length < 0 ? NULL : malloc(length == 0 ? 1 : (size_t)length);
            if (length > 0 && fread(bytes[t], (size_t)length, 1, stdin) != 1) return 3;
            row.texts[t].bytes = bytes[t];
            row.texts[t].length = length < 0 ? 0 : (size_t)length;
        }
        if (model_predict(&row, &work, &answer)) {
            printf("%d", (int)answer.label);
            for (int j = 0; j < MODEL_VALUES; j++) printf(" %.9g", (double)answer.values[j]);
            putchar('\\n');
        } else {
            puts("refused");
        }
        for (int t = 0; t < MODEL_TEXTS; t++) free(bytes[t]);
    }
    return 0;
}
"""


@pytest.mark.parametrize(("model", "words", "precision"), PIPELINES, ids=["float32", "int8", "float64"])
def test_a_program_compiles_under_the_strictest_flags_and_its_example_answers(
    model: object, words: object, precision: str, tmp_path: Path
) -> None:
    fitted = pipeline(model, words)
    path = exported(fitted, TABLE, tmp_path, precision=precision, name="sms")
    example = compiled(tmp_path / "sms.c", tmp_path / "example.c", to=tmp_path / "example")
    lines = [
        "\t".join([repr(row[0]), repr(row[1]), *(text.replace("\t", r"\t").replace("\n", r"\n") for text in row[2:])])
        for row in TABLE.itertuples(index=False)
    ]
    out = answered(example, "".join(f"{line}\n" for line in [*lines, "\t\t\\N\tx"]).encode()).decode().splitlines()
    loaded = CExporter().load(path, hashlib.sha256(path.read_bytes()).hexdigest())
    assert [line.split("\t")[0] for line in out] == [*loaded.predict(TABLE), "refused"]
    told = np.array([line.split("\t")[1:] for line in out[:-1]], dtype=float)
    np.testing.assert_allclose(told, loaded.predict_proba(TABLE), rtol=0, atol=1e-6)


def test_a_line_that_is_no_row_is_told(tmp_path: Path) -> None:
    exported(pipeline(*PIPELINES[2][:2]), TABLE, tmp_path)
    example = compiled(tmp_path / "model.c", tmp_path / "example.c", to=tmp_path / "example")
    done = subprocess.run([example], input="1\t2\n", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "a line is not a row of 4 fields\n")


@pytest.mark.parametrize("precision", ["float32", "float64", "int8"])
def test_the_memory_it_tells_is_what_it_takes(precision: str, tmp_path: Path) -> None:
    path = exported(pipeline(LogisticRegression(), Tfidf()), TABLE, tmp_path, precision=precision)
    memory = json.loads(path.read_text())["memory"]
    (tmp_path / "sizes.c").write_text(
        '#include "model.h"\n#include <stdio.h>\nint main(void) { printf("%zu %zu %zu", sizeof(model_work), '
        "sizeof(model_row), sizeof(model_answer)); return 0; }\n"
    )
    sizes = answered(compiled(tmp_path / "sizes.c", to=tmp_path / "sizes"), b"").split()
    assert [int(size) for size in sizes] == [memory[part] for part in ("work", "row", "answer")]
    compiled(tmp_path / "model.c", to=tmp_path / "model.o", flags=("-Os", "-c"))
    text, data, bss = (int(one) for one in subprocess.check_output(["size", tmp_path / "model.o"]).split()[6:9])
    assert memory["flash"] < text + data < memory["flash"] + 8000
    assert bss == 0
    assert f"constants {memory['flash']} bytes" in (tmp_path / "model.h").read_text()


def test_the_stack_of_a_call_is_less_than_told(tmp_path: Path) -> None:
    path = exported(pipeline(LogisticRegression(), Tfidf(ngram_range=(1, 5))), TABLE, tmp_path)
    compiled(
        tmp_path / "model.c", to=tmp_path / "model.o", flags=("-std=c99", "-Os", "-c", "-fstack-usage", "-fno-inline")
    )
    frames = [int(line.split("\t")[1]) for line in (tmp_path / "model.su").read_text().splitlines()]
    # the deepest chain of calls: predict, count_words, next_character, lowered, ends_word, before, decoded
    assert sum(sorted(frames)[-7:]) < json.loads(path.read_text())["memory"]["stack"]
