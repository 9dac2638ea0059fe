"""The function through which Python asks a compiled program for many rows at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

_TEXTS = """\
        for (int32_t t = 0; t < {texts}; t++) {{
            const int64_t at = i * {texts} + t, start = at == 0 ? 0 : ends[at - 1];
            row.texts[t].bytes = missing[at] ? NULL : bytes + start;
            row.texts[t].length = (size_t)(ends[at] - start);
        }}
"""
_NUMBERS = """\
        memcpy(row.numbers, numbers, sizeof(row.numbers));
        numbers += {numbers};
"""


def driver(told: Mapping[str, Any]) -> str:
    """Return the C of it. told: the program's `model.json`."""
    name, inputs = told["name"], told["inputs"]
    n_texts, n_numbers = len(inputs["texts"]), inputs["n_numbers"]
    unused = [*(["numbers"] if not n_numbers else []), *(["bytes", "ends", "missing"] if not n_texts else [])]
    unused += [] if told["classes"] else ["labels"]
    blanks = {
        "name": name,
        "NAME": name.upper(),
        "numbers": _NUMBERS.format(numbers=n_numbers) if n_numbers else "",
        "texts": _TEXTS.format(texts=n_texts) if n_texts else "",
        "labels": "        labels[i] = answer.label;\n" if told["classes"] else "",
    }
    text = (files(__package__) / "templates" / "driver.c").read_text(encoding="utf-8")
    voids = "".join(f"    (void){argument};\n" for argument in unused)
    return re.sub(r"@(\w+)@", lambda found: blanks[found[1]], text).replace(
        "    static " + name + "_work work;", voids + f"    static {name}_work work;"
    )
