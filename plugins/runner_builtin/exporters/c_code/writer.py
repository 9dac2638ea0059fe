"""The files of a program: a header, the model, an example that reads rows, and what they hold as JSON.

    written(pipeline, features, name="model", precision="float32") -> {"model.h": …, "model.c": …, …}

features: a few rows as the pipeline takes them, for the names and kinds of their columns.
"""

from __future__ import annotations

import re
from hashlib import sha256
from importlib.resources import files
from typing import Any

from runner.errors import PluginError
from runner.record import strict_json
from runner_builtin.exporters.c_code.answers import Answer
from runner_builtin.exporters.c_code.inputs import Inputs
from runner_builtin.exporters.c_code.literals import identifier, quoted
from runner_builtin.exporters.c_code.program import Precision, Program
from runner_builtin.exporters.c_code.steps import decides_by_rounding, write_pipeline

#: The version of `model.json`. A reader refuses a newer one.
SCHEMA = 1
#: One term under way takes so many bytes of the stack, twice; the rest of a call never takes more than this.
_GRAM, _CALL = 24, 512
_TEXT = 16
_MATH = ("EXP", "LOG", "LOG1P", "TANH", "SQRT", "FABS")


def written(pipeline: Any, features: Any, *, name: str, precision: Precision) -> dict[str, str]:
    """Return the files of a fitted pipeline, name -> text.

    Raises PluginError for a step that there is no C for, ConfigError for a name that is none in C.
    """
    identifier(name)
    program, inputs = Program(precision, exact=decides_by_rounding(pipeline)), Inputs.of(features)
    answer = write_pipeline(pipeline, inputs.begin(program, features), program)
    if not (inputs.n_numbers or inputs.texts):
        raise PluginError("exporter 'c': a row has neither numbers nor texts.")
    blanks = _blanks(program, inputs, answer, name)
    texts = {f"{name}.h": "model.h", f"{name}.c": "model.c", "example.c": "example.c"}
    made = {file: _filled(template, blanks) for file, template in texts.items()}
    told = {
        "schema": SCHEMA,
        "name": name,
        "precision": precision,
        "real": program.real,
        "inputs": {
            "kind": inputs.kind,
            "shape": list(inputs.shape),
            "n_numbers": inputs.n_numbers,
            "numbers": list(inputs.numbers),
            "texts": list(inputs.texts),
        },
        "classes": None if answer.classes is None else list(answer.classes),
        "probabilities": answer.probabilities,
        "values": answer.width,
        "flat": answer.flat,
        "memory": {part: int(blanks[part]) for part in ("flash", "work", "row", "answer", "stack")},
        "sha256": {file: sha256(text.encode("utf-8")).hexdigest() for file, text in made.items()},
    }
    return {**made, "model.json": strict_json.dumps(told)}


def _filled(template: str, blanks: dict[str, str]) -> str:
    text = (files(__package__) / "templates" / template).read_text(encoding="utf-8")
    return re.sub(r"@(\w+)@", lambda found: blanks[found[1]], text)


def _blanks(program: Program, inputs: Inputs, answer: Answer, name: str) -> dict[str, str]:
    """Return what fills the templates."""
    real, n_texts = program.real, len(inputs.texts)
    size = 8 if real == "double" else 4
    n_classes = len(answer.classes or ())
    work = size * max(program.arena.size, 1) + 4 * program.sums + _TEXT * n_texts
    row = size * inputs.n_numbers + _TEXT * n_texts
    runtime = "\n".join(_runtime(need) for need in program.needs)
    return {
        "name": name,
        "NAME": name.upper(),
        "real": real,
        "n_numbers": str(inputs.n_numbers),
        "n_texts": str(n_texts),
        "n_classes": str(n_classes),
        "n_values": str(answer.width),
        "probabilities": str(int(answer.probabilities)),
        "flash": str(program.flash),
        "work": str(_padded(work, 8 if n_texts or size == 8 else 4)),
        "row": str(_padded(row, 8 if n_texts or size == 8 else 4)),
        "answer": str(_padded(size * answer.width + (4 if n_classes else 0), size)),
        "stack": str(2 * _GRAM * program.grams + _CALL),
        "math": "\n".join(_math(one, real) for one in _MATH if re.search(rf"\b{one}\(", runtime)),
        "weight": f"typedef {program.weight} weight;\n" if re.search(r"\bweight\b", runtime) else "",
        "runtime": "\n" + (f"#define GRAMS {program.grams}\n\n" if program.grams else "") + runtime,
        "tables": "\n" + "\n".join(program.tables),
        "statements": "\n".join(f"    {statement}" for statement in program.statements),
        "work_fields": "\n".join(_work(program, inputs, name)),
        **_header(inputs, answer, name),
        **_example(inputs, answer, name),
    }


def _work(program: Program, inputs: Inputs, name: str) -> list[str]:
    """Return the fields of the work place."""
    texts = f"    {name}_text texts[{name.upper()}_TEXTS];"
    sums = f"    int32_t sums[{program.sums}];"
    memory = f"    {name}_real memory[{max(program.arena.size, 1)}];"
    return [*([texts] if inputs.texts else []), memory, *([sums] if program.sums else [])]


def _runtime(need: str) -> str:
    return (files(__package__) / "runtime" / f"{need}.c").read_text(encoding="utf-8")


def _math(one: str, real: str) -> str:
    return f"#define {one} {one.lower()}{'f' if real == 'float' else ''}"


def _padded(size: int, to: int) -> int:
    return -(-size // to) * to


def _header(inputs: Inputs, answer: Answer, name: str) -> dict[str, str]:
    """Return the structures of the header and the names it tells."""
    upper, fields = name.upper(), []
    if inputs.n_numbers:
        fields.append(f"    {name}_real numbers[{upper}_NUMBERS];")
    if inputs.texts:
        fields.append(f"    {name}_text texts[{upper}_TEXTS];")
    told, defined = _names(inputs, answer, name)
    return {
        "text_type": _text_type(name) if inputs.texts else "",
        "asked": _asked(inputs, name),
        "row_fields": "\n".join(fields),
        "of_label": f" label: the place of the label in '{name}_labels'." if answer.classes else "",
        "of_values": _of_values(answer),
        "answer_fields": "\n".join(
            [*(["    int32_t label;"] if answer.classes else []), f"    {name}_real values[{upper}_VALUES];"]
        ),
        "names": told,
        "defined": defined,
    }


def _asked(inputs: Inputs, name: str) -> str:
    """Tell what a row holds."""
    numbers = (
        f"numbers as '{name}_number_names' lists them" if inputs.numbers else "the numbers of an array, row by row"
    )
    parts = [f"{numbers}, NAN where one is missing"] if inputs.n_numbers else []
    parts += [f"texts as '{name}_text_names' lists them"] if inputs.texts else []
    return "; ".join(parts)


def _text_type(name: str) -> str:
    return (
        "/* UTF-8, of any length, with or without a zero at its end; bytes is NULL where a text is missing. */\n"
        f"typedef struct {{\n    const char *bytes;\n    size_t length;\n}} {name}_text;\n\n"
    )


def _of_values(answer: Answer) -> str:
    if answer.classes is None:
        return "what is predicted, one for each target"
    if answer.probabilities:
        return "the probability of each label"
    return "the score of each label, or of the second against the first"


def _names(inputs: Inputs, answer: Answer, name: str) -> tuple[str, str]:
    """Return declarations and definitions of the names of labels and columns."""
    lists = {
        "labels": [str(label) for label in answer.classes or ()],
        "number_names": list(inputs.numbers),
        "text_names": list(inputs.texts),
    }
    used = {what: texts for what, texts in lists.items() if texts}
    told = [f"extern const char *const {name}_{what}[{len(texts)}];" for what, texts in used.items()]
    defined = [
        f"const char *const {name}_{what}[{len(texts)}] = {{\n    " + ",\n    ".join(map(quoted, texts)) + "\n};"
        for what, texts in used.items()
    ]
    return "\n".join([*told, ""]) if told else "", "\n".join(defined)


def _example(inputs: Inputs, answer: Answer, name: str) -> dict[str, str]:
    """Return the parts of the example that depend on what a row has."""
    upper = name.upper()
    reads, writes = [], []
    if inputs.n_numbers:
        reads += [
            f"    for (int i = 0; i < {upper}_NUMBERS; i++) {{",
            "        const char *text = field(&rest);",
            "        if (text == NULL) {",
            "            return 0;",
            "        }",
            "        const int missing = text[0] == '\\0' || strcmp(text, \"\\\\N\") == 0;",
            f"        row.numbers[i] = missing ? NAN : ({name}_real)strtod(text, NULL);",
            "    }",
        ]
    if inputs.texts:
        reads += [
            f"    for (int i = 0; i < {upper}_TEXTS; i++) {{",
            "        char *text = field(&rest);",
            "        if (text == NULL) {",
            "            return 0;",
            "        }",
            "        row.texts[i] = read_text(text);",
            "    }",
        ]
    separated = 'fputs(i == 0 ? "" : "\\t", stdout);'
    if answer.classes is not None:
        writes.append(f"    fputs({name}_labels[answer.label], stdout);")
        separated = "putchar('\\t');"
    writes += [
        f"    for (int i = 0; i < {upper}_VALUES; i++) {{",
        f"        {separated}",
        '        printf("%.9g", (double)answer.values[i]);',
        "    }",
        "    putchar('\\n');",
    ]
    return {
        "read_text": _READ_TEXT.replace("@name@", name) if inputs.texts else "",
        "read_fields": "\n".join(reads),
        "write_fields": "\n".join(writes),
        "n_fields": str(inputs.n_numbers + len(inputs.texts)),
    }


_READ_TEXT = r"""
/* Undoes the escapes of a text where it stands. */
static @name@_text read_text(char *text) {
    @name@_text made = {NULL, 0};
    if (strcmp(text, "\\N") == 0) {
        return made;
    }
    made.bytes = text;
    for (char *to = text;; to++, text++) {
        if (*text == '\\' && text[1] != '\0') {
            text++;
            *to = *text == 't' ? '\t' : *text == 'n' ? '\n' : *text == 'r' ? '\r' : *text;
        } else {
            *to = *text;
        }
        if (*text == '\0') {
            made.length = (size_t)(to - made.bytes);
            return made;
        }
    }
}
"""
