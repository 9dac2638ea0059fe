"""Adding an offer to a hook module that a person has written: by its syntax tree, or not at all."""

from __future__ import annotations

import ast

from runner.contracts import KINDS
from runner.scaffold.component import NewComponent


def with_offer(text: str, component: NewComponent) -> str | None:
    """Return a hook module that offers one more component; None where that takes a person's judgement.

    A hook that is there must end in one `return {…}` of a dict that is written out, a new one needs `hookimpl`
    imported by that name. Everything else in the file stays as it is, to the letter.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    hook = KINDS[component.kind].hook
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == hook]
    if not found:
        return f"{text.rstrip()}\n\n\n{new_hook([component])}" if _imports_hookimpl(tree) else None
    table = _table(found[0])
    if table is None or any(_is(key, component.name) for key in table.keys):
        return None
    changed = _with_entry(text, table, component)
    return changed if _offers(changed, hook, component.name) else None


def new_hook(components: list[NewComponent]) -> str:
    """Return the hook function that offers these, all of one kind."""
    kind = KINDS[components[0].kind]
    plural = kind.hook.removeprefix("runner_")
    entries = "".join(f'        "{one.name}": "{one.target}",\n' for one in components)
    return (
        f'@hookimpl\ndef {kind.hook}() -> dict[str, str]:\n    """Offer {plural}."""\n'
        f"    return {{\n{entries}    }}\n"
    )


def _imports_hookimpl(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module in ("runner", "runner.hookspecs")
        and any(alias.name == "hookimpl" and alias.asname is None for alias in node.names)
        for node in tree.body
    )


def _table(function: ast.FunctionDef) -> ast.Dict | None:
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return)]
    last = function.body[-1]
    if len(returns) != 1 or not isinstance(last, ast.Return) or not isinstance(last.value, ast.Dict):
        return None
    return last.value


def _is(key: ast.expr | None, name: str) -> bool:
    return isinstance(key, ast.Constant) and key.value == name


def _with_entry(text: str, table: ast.Dict, component: NewComponent) -> str:
    """Put the entry before the closing brace; a dict on one line is spread over several."""
    entry = f'"{component.name}": "{component.target}",'
    start, end = _offset(text, table.lineno, table.col_offset), _offset(text, table.end_lineno, table.end_col_offset)
    indent = " " * (len(_line(text, table.lineno)) - len(_line(text, table.lineno).lstrip()))
    if table.lineno == table.end_lineno:
        inside = text[start + 1 : end - 1].strip().rstrip(",")
        first = f"{indent}    {inside},\n" if inside else ""
        return f"{text[:start]}{{\n{first}{indent}    {entry}\n{indent}}}{text[end:]}"
    brace = end - 1
    if not table.values:
        return f"{text[:brace].rstrip()}\n{indent}    {entry}\n{indent}{text[brace:]}"
    last = table.values[-1]
    after = _offset(text, last.end_lineno, last.end_col_offset)
    comma = "" if text[after:brace].lstrip().startswith(",") else ","
    return f"{text[:after]}{comma}{text[after:brace].rstrip()}\n{indent}    {entry}\n{indent}{text[brace:]}"


def _line(text: str, number: int) -> str:
    return text.splitlines()[number - 1]


def _offset(text: str, line: int | None, column: int | None) -> int:
    """Turn a place in the syntax tree, whose columns count bytes of UTF-8, into one in the text."""
    assert line is not None
    assert column is not None
    before = text.splitlines(keepends=True)[: line - 1]
    return sum(map(len, before)) + len(_line(text, line).encode()[:column].decode())


def _offers(text: str, hook: str, name: str) -> bool:
    """Say whether what was written reads as meant."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return False
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == hook]
    table = _table(functions[0]) if functions else None
    return table is not None and sum(_is(key, name) for key in table.keys) == 1
