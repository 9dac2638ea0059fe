"""Tables: columns repaired, sent to transforms by name, and put side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from runner_builtin.exporters.c_code.program import Column, Data, Program, Step, Table, Vector

Write = Callable[[Step, Data, Program], Data]


def clip(step: Step, data: Data, program: Program) -> Data:
    """Write the cleaner that brings numbers inside their bounds."""
    cleaner = step.estimator
    bounds = cleaner.bounds_ if cleaner.learns else (cleaner.lower, cleaner.upper)
    if isinstance(data, Vector):
        columns, vector = None, program.settled(data)
        places = [(vector.start, vector.length)]
    else:
        named = cleaner.columns if cleaner.columns is None else _listed(cleaner.columns)
        if named is None and cleaner.columns is not None:
            step.refuse("it chooses columns by type or pattern for each row", "Name the columns.")
        columns = [one for one in data.columns if (one.name in named if named else one.kind == "number")]
        columns = sorted(columns, key=lambda one: named.index(one.name)) if named else columns
        places = [(column.place, 1) for column in columns]
    program.need("clip")
    width = sum(length for _, length in places)
    infinite = (-np.inf, np.inf)
    low, high = (
        np.broadcast_to(np.asarray(end if bound is None else bound, dtype=np.float64).ravel(), (width,))
        for bound, end in zip(bounds, infinite, strict=True)
    )
    at = 0
    for start, length in places:
        tables = ", ".join(_bounds(program, part[at : at + length]) for part in (low, high))
        program.say(f"clip(w->memory + {start}, {length}, {tables});")
        at += length
    return data


def _bounds(program: Program, values: Any) -> str:
    """Add bounds; an absent one is the end of the type's reach."""
    most = float(np.finfo(np.float32 if program.real == "float" else np.float64).max)
    return program.table(np.clip(np.asarray(values, dtype=np.float64), -most, most))


def _listed(columns: Any) -> list[str] | None:
    if isinstance(columns, str):
        return [columns]
    return None if isinstance(columns, Mapping) else [str(name) for name in columns]


def fill_missing(step: Step, data: Data, program: Program) -> Data:
    """Write the cleaner that fills gaps."""
    filling = step.estimator.filling_
    if isinstance(data, Vector):
        vector = program.settled(data)
        program.need("fill")
        program.say(f"fill({vector.code}, {vector.length}, {program.table(step.finite(filling))});")
        return vector
    for name, value in filling.items():
        column = data.named(str(name))
        if column.kind == "number" and not isinstance(value, str):
            program.need("fill")
            program.say(f"fill(w->memory + {column.place}, 1, {program.table(step.finite([value]))});")
        elif column.kind == "text" and isinstance(value, str):
            program.say(f"if (w->texts[{column.place}].bytes == NULL) {{ {_written(program, column, value)} }}")
        elif column.kind != "other":
            step.refuse(f"it fills column {column.name!r}, a {column.kind}, with {value!r}")
    return data


def _written(program: Program, column: Column, text: str) -> str:
    data = text.encode("utf-8")
    name = program.table(np.frombuffer(data + b"\0", dtype=np.uint8), "uint8_t")
    target = f"w->texts[{column.place}]"
    return f"{target}.bytes = (const char *){name}; {target}.length = {len(data)};"


def rare_categories(step: Step, data: Data, program: Program) -> Data:
    """Write the cleaner that gathers rare categories under one name."""
    cleaner = step.estimator
    assert isinstance(data, Table)
    for name, frequent in cleaner.frequent_.items():
        column = data.named(name)
        known = sorted({text.encode("utf-8") for text in [*frequent, cleaner.label]})
        table = program.strings(known)
        program.need("lookup_text")
        text = f"w->texts[{column.place}]"
        program.say(
            f"if (lookup_text(&{table}, {text}.bytes, {text}.length) == {len(known)}) "
            f"{{ {_written(program, column, cleaner.label)} }}"
        )
    return data


def allowed_values(step: Step, data: Data, program: Program) -> Data:
    """Write the cleaner that refuses values outside a range or a list."""
    cleaner = step.estimator
    assert isinstance(data, Table)
    if cleaner.action != "error":
        step.refuse(f"action: {cleaner.action} has no C yet", "Use action: error, or the exporter 'skops'.")
    for name, rule in cleaner.values.items():
        column = data.named(name)
        if column.kind == "number" and isinstance(rule, Mapping):
            ends = [[rule.get("min", -np.inf)], [rule.get("max", np.inf)]]
            program.need("within")
            tables = ", ".join(_bounds(program, end) for end in ends)
            program.say(f"if (!within(w->memory + {column.place}, 1, {tables})) return 0;")
        elif column.kind == "number":
            known = sorted(float(value) for value in rule)
            program.need("lookup_number")
            asked = f"{program.table(np.asarray(known))}, {len(known)}, w->memory[{column.place}]"
            program.say(f"if (lookup_number({asked}) == {len(known)}) return 0;")
        elif column.kind == "text" and all(isinstance(value, str) for value in rule):
            texts = sorted({value.encode("utf-8") for value in rule})
            program.need("lookup_text")
            asked = f"&{program.strings(texts)}, w->texts[{column.place}].bytes, w->texts[{column.place}].length"
            program.say(f"if (lookup_text({asked}) == {len(texts)}) return 0;")
        else:
            step.refuse(f"the rule of column {column.name!r} is neither of numbers nor of texts")
    return data


def without(columns: Callable[[Any], Any]) -> Write:
    """Return what writes a cleaner that leaves columns out. columns: the cleaner -> names, or positions."""

    def write(step: Step, data: Data, program: Program) -> Data:
        gone = columns(step.estimator)
        if isinstance(data, Table):
            names = {str(name) for name in ([gone] if isinstance(gone, str) else gone)}
            return Table(tuple(column for column in data.columns if column.name not in names))
        vector = program.settled(data)
        kept = np.setdiff1d(np.arange(vector.length), np.asarray(gone, dtype=np.int64))
        made = program.vector(len(kept))
        program.need("gather")
        program.say(f"gather({vector.code}, {program.table(kept, 'uint32_t')}, {made.code}, {made.length});")
        program.done_with(vector)
        return made

    return write


def routed(step: Step, data: Data, program: Program, write: Write) -> Data:
    """Write a ColumnTransformer. write: what writes one step."""
    router = step.estimator
    table = _as_table(router, data, program, step)
    parts: list[Data] = []
    for name, estimator, columns in router.transformers_:
        chosen = Table(tuple(_chosen(table, columns)))
        if (isinstance(estimator, str) and estimator == "drop") or not chosen.columns:
            continue
        if _passes(estimator):
            parts.append(chosen)
            continue
        numbers = all(column.kind == "number" for column in chosen.columns)
        inner: Data = program.gathered(chosen.columns, step, copied=True) if numbers else chosen
        parts.append(write(Step(f"{step.name}.{name}", estimator), inner, program))
    return _side_by_side(step, parts, program)


def _passes(estimator: Any) -> bool:
    """Say whether columns pass by; a fitted router has a FunctionTransformer without function for that."""
    named = isinstance(estimator, str) and estimator == "passthrough"
    return named or (type(estimator).__name__ == "FunctionTransformer" and estimator.func is None)


def _as_table(router: Any, data: Data, program: Program, step: Step) -> Table:
    if isinstance(data, Table):
        return data
    vector = program.settled(data)
    names = getattr(router, "feature_names_in_", range(vector.length))
    del step
    return Table(tuple(Column(str(name), "number", vector.start + place) for place, name in enumerate(names)))


def _chosen(table: Table, columns: Any) -> list[Column]:
    listed = [columns] if isinstance(columns, str | int | np.integer) else list(columns)
    return [table.named(one) if isinstance(one, str) else table.columns[int(one)] for one in listed]


def _side_by_side(step: Step, parts: list[Data], program: Program) -> Data:
    """Join what the routes give: numbers into one vector; where texts pass by, the columns of a table."""
    if len(parts) == 1 and isinstance(parts[0], Vector):
        return parts[0]
    settled = [program.settled(part) if isinstance(part, Vector) else part for part in parts]
    passing = [one for part in settled if isinstance(part, Table) for one in part.columns if one.kind != "number"]
    places = [
        place
        for part in settled
        for place in (
            range(part.start, part.start + part.length)
            if isinstance(part, Vector)
            else [column.place for column in part.columns if column.kind == "number"]
        )
    ]
    if passing:
        return _table_of(step, settled)
    made = program.vector(len(places))
    program.need("gather")
    program.say(f"gather(w->memory, {program.table(places, 'uint32_t')}, {made.code}, {made.length});")
    for part in settled:
        if isinstance(part, Vector):
            program.done_with(part)
    return made


def _table_of(step: Step, parts: list[Data]) -> Table:
    names = iter(str(name) for name in step.estimator.get_feature_names_out())
    columns: list[Column] = []
    for part in parts:
        if isinstance(part, Vector):
            columns += [Column(next(names), "number", part.start + place) for place in range(part.length)]
        else:
            columns += [Column(next(names), one.kind, one.place) for one in part.columns]
    return Table(tuple(columns))
