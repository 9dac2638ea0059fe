"""Texts to counts of their terms: scikit-learn's vectorizers and ours, over any UTF-8, however long a text is.

No text is copied and no term is kept: each byte narrows down the terms that may still come out, or goes into a hash.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from runner_builtin.exporters.c_code.literals import wrapped
from runner_builtin.exporters.c_code.program import Column, Data, Program, Step, Table, Vector
from runner_builtin.exporters.c_code.token_patterns import ranges_of, understood
from runner_builtin.exporters.c_code.unicode_tables import cased_and_ignorable, lowering_runs, rewritings

#: The function that counts, by what the terms are made of.
_COUNTING = {
    "word": ("words", "count_words"),
    "char": ("across_words", "count_across_words"),
    "char_wb": ("inside_words", "count_inside_words"),
}
_NORMS = {"l2": 2, "l1": 1, "max": 0}
#: More terms under way at once than this is no text model but a mistake.
_MOST_GRAMS = 64


def counts(step: Step, data: Data, program: Program) -> Vector:
    """Write a vectorizer that only counts."""
    return _counted(step, data, program)


def tfidf(step: Step, data: Data, program: Program) -> Vector:
    """Write a vectorizer that weights its counts."""
    made = _counted(step, data, program)
    vectorizer = step.estimator
    idf = step.finite(vectorizer.idf_) if vectorizer.use_idf else None
    return weighted(made, program, sublinear=vectorizer.sublinear_tf, idf=idf, norm=vectorizer.norm)


def hashing(step: Step, data: Data, program: Program) -> Vector:
    """Write a vectorizer whose columns are hashes."""
    made = _counted(step, data, program)
    return weighted(made, program, sublinear=False, idf=None, norm=step.estimator.norm)


def weighting(step: Step, data: Data, program: Program) -> Vector:
    """Write a transformer of counts to weights."""
    transformer = step.estimator
    idf = step.finite(transformer.idf_) if transformer.use_idf else None
    made = program.numbers_of(data, step)
    return weighted(made, program, sublinear=transformer.sublinear_tf, idf=idf, norm=transformer.norm)


def weighted(made: Vector, program: Program, *, sublinear: bool, idf: Any, norm: str | None) -> Vector:
    """Write weights and norm of counts."""
    if sublinear or idf is not None:
        program.need("weigh")
        table = "NULL" if idf is None else program.table(idf)
        program.say(f"weigh({made.code}, {made.length}, {int(sublinear)}, {table});")
    return normed(made, program, norm)


def normed(made: Vector, program: Program, norm: str | None) -> Vector:
    """Write the division by a norm."""
    if norm is not None:
        program.need("norm")
        program.say(f"norm({made.code}, {made.length}, {_NORMS[norm]});")
    return made


def _counted(step: Step, data: Data, program: Program) -> Vector:
    column = _one_text(step, data)
    vectorizer = step.estimator
    for option in ("preprocessor", "tokenizer"):
        if getattr(vectorizer, option, None) is not None:
            step.refuse(f"its {option} is a function of Python")
    if vectorizer.analyzer not in _COUNTING:
        step.refuse("its analyzer is a function of Python")
    n_columns = vectorizer.n_features if not hasattr(vectorizer, "vocabulary_") else len(vectorizer.vocabulary_)
    plan = _plan(step, program, n_columns)
    made = program.vector(n_columns)
    runtime, function = _COUNTING[vectorizer.analyzer]
    program.need("clear", runtime)
    text = f"w->texts[{column.place}]"
    program.say(
        f"if ({text}.bytes == NULL) return 0;",
        f"clear({made.code}, {made.length});",
        f"{function}(&{plan}, {text}.bytes, {text}.length, {made.code});",
    )
    return made


def _one_text(step: Step, data: Data) -> Column:
    columns = data.columns if isinstance(data, Table) else ()
    if len(columns) != 1 or columns[0].kind != "text":
        step.refuse(f"it takes one column of texts, and gets {len(columns) or 'numbers'}")
    return columns[0]


def _plan(step: Step, program: Program, n_columns: int) -> str:
    """Add the constants that say how texts are taken apart, and return their name."""
    vectorizer = step.estimator
    low, high = vectorizer.ngram_range
    if high > _MOST_GRAMS:
        step.refuse(f"terms of up to {high} parts are more than {_MOST_GRAMS}")
    program.grams = max(program.grams, high)
    program.need("gram")
    inside, shortest, blank, stop = "NULL, 0", 1, "NULL, 0", "NULL"
    if vectorizer.analyzer == "word":
        runs = understood(vectorizer.token_pattern)
        if runs is None:
            step.refuse(
                f"its token_pattern {vectorizer.token_pattern!r} is more than a run of characters of one class, such "
                r"as (?u)\b\w\w+\b, [a-z]+ or \S{3,}"
            )
        inside, shortest = _class(program, runs.atom), runs.shortest
        words = vectorizer.get_stop_words()
        stop = f"&{program.strings(sorted({_utf8(step, word) for word in words}))}" if words else "NULL"
    else:
        blank = _class(program, r"\s")
    terms, columns, buckets = _terms(step, program, n_columns)
    lower = f"&{program.once('lowering', lambda: _lowering(program))}" if vectorizer.lowercase else "NULL"
    rewrite = _rewriting(step, program)
    values = (
        f"{inside}, {blank}, {lower}, {rewrite}, {stop}, {terms}, {columns}, {buckets}u, {shortest}, {low}, {high}, "
        f"{int(getattr(vectorizer, 'alternate_sign', False))}, {int(vectorizer.binary)}"
    )
    name = f"p{len(program.tables)}"
    program.tables.append(f"static const text {name} = {{{values}}};")
    program.flash += 96
    return name


def _terms(step: Step, program: Program, n_columns: int) -> tuple[str, str, int]:
    """Add the vocabulary: names of its terms and of their columns, and how many hashes there are without one."""
    if not hasattr(step.estimator, "vocabulary_"):
        return "NULL", "NULL", n_columns
    vocabulary = {_utf8(step, term): int(column) for term, column in step.estimator.vocabulary_.items()}
    terms = sorted(vocabulary)
    columns = [vocabulary[term] for term in terms]
    name = f"&{program.strings(terms)}"
    return name, "NULL" if columns == list(range(len(columns))) else program.table(columns, "uint32_t"), 1


def _utf8(step: Step, term: str) -> bytes:
    try:
        return term.encode("utf-8")
    except UnicodeEncodeError:
        step.refuse(f"the term {term!r} holds half a character, which UTF-8 has no bytes for")


def _class(program: Program, atom: str) -> str:
    """Add the characters of a class and return their name and count."""
    ranges = ranges_of(atom)
    return f"{program.once(f'class {atom}', lambda: _ranges(program, ranges))}, {len(ranges)}"


def _ranges(program: Program, ranges: tuple[tuple[int, int], ...]) -> str:
    items = [f"{{{first},{last}}}" for first, last in ranges]
    return program.declare("range", len(items), wrapped(items), 8 * len(items))


def _lowering(program: Program) -> str:
    runs = lowering_runs()
    made = program.declare(
        "run", len(runs), wrapped(f"{{{','.join(map(str, run))}}}" for run in runs), 16 * len(runs)
    )
    cased, ignorable = cased_and_ignorable()
    tables = f"{made}, {len(runs)}, {_ranges(program, cased)}, {len(cased)}, "
    name = f"l{len(program.tables)}"
    program.tables.append(
        f"static const lowering {name} = {{{tables}{_ranges(program, ignorable)}, {len(ignorable)}}};"
    )
    return name


def _rewriting(step: Step, program: Program) -> str:
    accents, lowered = step.estimator.strip_accents, step.estimator.lowercase
    if accents not in (None, "ascii", "unicode"):
        step.refuse("its strip_accents is a function of Python")
    if accents is None and not lowered:
        return "NULL"
    return "&" + program.once(f"rewriting {accents} {lowered}", lambda: _rewritten(program, accents, lowered=lowered))


def _rewritten(program: Program, accents: Any, *, lowered: bool) -> str:
    changed = rewritings(accents, lowered=lowered)
    written = [text.encode("utf-8", "surrogatepass") for _, text in changed]
    characters = program.table([character for character, _ in changed], "uint32_t")
    data = program.table(np.frombuffer(b"".join(written) + b"\0", dtype=np.uint8), "uint8_t")
    at = program.table(np.cumsum([0, *map(len, written)]), "uint32_t")
    name = f"r{len(program.tables)}"
    values = f"{characters}, {len(changed)}, {data}, {at}, {int(accents == 'ascii')}, {int(accents == 'unicode')}"
    program.tables.append(f"static const rewriting {name} = {{{values}}};")
    return name
