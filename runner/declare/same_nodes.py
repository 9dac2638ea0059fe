"""Two composed configs compared node for node: values before resolving, types, flags, order, parents."""

from __future__ import annotations

from typing import Any

from omegaconf import Container, Node


def difference(left: Node, right: Node, path: str = "") -> str | None:
    """Return the dotted path of the first node that differs, or None. The root is '(root)'."""
    here = path or "(root)"
    if type(left) is not type(right) or _told(left) != _told(right):
        return here
    mine, theirs = _content(left), _content(right)
    if isinstance(mine, Node) and isinstance(theirs, Node):  # a union holds its value as a node
        return difference(mine, theirs, path)
    if not isinstance(mine, dict | list):
        return None if mine == theirs or (mine != mine and theirs != theirs) else here
    if type(mine) is not type(theirs) or _keys(mine) != _keys(theirs):
        return here
    for key in _keys(mine):
        if mine[key]._get_parent() is not left or theirs[key]._get_parent() is not right:
            return here
        deeper = difference(mine[key], theirs[key], f"{path}.{key}" if path else str(key))
        if deeper:
            return deeper
    return None


def _told(node: Node) -> dict[str, Any]:
    """What OmegaConf knows of a node beside its content; what its resolvers once said is no part of it."""
    told = {name: _named(value) for name, value in vars(node._metadata).items() if name != "resolver_cache"}
    told["flags"] = {name: value for name, value in (told["flags"] or {}).items() if value is not None}
    return {**told, "content": type(_content(node))}


def _named(value: Any) -> Any:
    """A component's node gets a class of its own each time it is made: its name tells what it is."""
    return (value.__module__, value.__qualname__) if isinstance(value, type) else value


def _content(node: Node) -> Any:
    return node.__dict__["_content"] if isinstance(node, Container) else node._value()


def _keys(content: Any) -> list[Any]:
    return list(content) if isinstance(content, dict) else list(range(len(content)))
