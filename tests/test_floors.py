"""Each room imports only from lower floors; see docs/decisions/0002-floors.md for the plan of the house."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import runner

ROOT = Path(runner.__file__).parent

#: Room -> floor. A module may import from its own room and from lower floors.
FLOORS = {
    "errors": 0,
    "deprecated": 0,
    "contracts": 0,
    "hookspecs": 0,
    "data": 0,
    "options": 0,
    "isolation": 0,
    "secrets": 0,
    "columns": 0,
    "label_sets": 0,
    "signature": 1,
    "checking": 1,
    "code_digest": 1,
    "lacking": 0,
    "local_plugin": 1,
    "discovery": 1,
    "catalogue": 1,
    "conf_places": 1,
    "other_hooks": 1,
    "plan": 2,
    "learn": 2,
    "record": 3,
    "store": 3,
    "ship": 4,
    "drifting": 4,
    "execute": 5,
    "scaffold": 4,
    "doctor": 4,
    "trials": 6,
    "report": 7,
    "serve": 7,
    "declare": 8,
    "cli": 9,
    "api": 9,
    "conformance": 9,
    "fake_server": 9,
    "testing": 10,
    "pytest_plugin": 11,
    "": 11,
}
#: Neighbours on one floor that do not know each other.
STRANGERS = {("plan", "learn"), ("learn", "plan"), ("report", "serve"), ("serve", "report")}
#: What may be imported by whom alone.
ONLY = {"hydra": {"declare", "cli"}, "rich": {"report", "cli"}, "pydantic": {"checking"}}


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _room(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


MODULES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_lower_floors(path: Path) -> None:
    parts = path.relative_to(ROOT).with_suffix("").parts
    room = "" if parts == ("__init__",) else parts[0]
    if room == "":
        return  # the package's face offers what is in any room, lazily
    for name in _imports(ast.parse(path.read_text(encoding="utf-8"))):
        package = name.split(".")[0]
        assert package not in {"runner_builtin", "runner_example"}, f"{path} names a plugin: {name}"
        assert room in ONLY.get(package, {room}), f"{path} imports {name}"
        if package != "runner" or name == "runner":
            continue
        target = _room(name)
        if target not in FLOORS:
            continue  # a name imported from the package's face
        assert FLOORS[target] <= FLOORS[room], f"{path} looks up: {name}"
        assert (room, target) not in STRANGERS, f"{path} knows its neighbour: {name}"


def test_every_room_has_a_floor() -> None:
    rooms = {path.relative_to(ROOT).with_suffix("").parts[0] for path in MODULES} - {"__init__"}
    assert rooms <= set(FLOORS)


def test_the_core_never_names_a_component() -> None:
    names = {"softmax", "sms_spam", "tfidf", "momentum", "nesterov", "stratified_holdout", "truncated_svd"}
    outside = {"conformance", "testing.py", "learn"}
    for path in MODULES:
        if path.relative_to(ROOT).parts[0] in outside:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        words = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in docs}
        assert not words & names, f"{path} names {words & names}"
