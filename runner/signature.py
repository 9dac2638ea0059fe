"""What a component can be told: its options, read from its source text without importing it.

A declaration must be checked in milliseconds, while importing scikit-learn takes a second. So the class
named by "package.module:Class" is looked up in its file with `ast`: constructor parameters, annotations
and defaults. Only annotations made of light names (builtins, `typing`, `runner.options`, …) can be
understood that way; anything else makes us import the component and ask `inspect`, which is always right.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import importlib.util
import inspect
import re
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runner.contracts import KINDS

#: Marks an option that must be given.
REQUIRED: Any = inspect.Parameter.empty


class _Unwritten:
    def __repr__(self) -> str:
        return "<the component's own default>"


#: Marks an option with a default that cannot be written in a declaration (a type, an object).
UNWRITTEN: Any = _Unwritten()

#: Modules whose names may be used in an annotation that is read without importing the component.
_LIGHT = frozenset(
    {"typing", "typing_extensions", "annotated_types", "collections.abc", "pathlib", "runner.options"}
    | {"runner.contracts"}
)
_CONTRACTS = {kind.contract: name for name, kind in KINDS.items()}


@dataclass(frozen=True)
class Option:
    """One thing a component can be told.

    default: REQUIRED where there is none; about: what the docstring says of one that has to be given.
    """

    name: str
    annotation: Any = Any
    default: Any = REQUIRED
    about: str = ""

    @property
    def required(self) -> bool:
        """Say whether it must be given."""
        return self.default is REQUIRED


@dataclass(frozen=True)
class Signature:
    """A component's options. receives: parameter name -> kind of the component that the core hands in.

    open: it takes any keyword, so its options cannot be listed. summary: first line of its docstring.
    file, line: where it is defined.
    """

    options: tuple[Option, ...]
    receives: Mapping[str, str]
    summary: str = ""
    file: str = ""
    line: int = 0
    open: bool = False

    def names(self) -> list[str]:
        """List the options' names in the order of the constructor."""
        return [option.name for option in self.options]


class _NotStatic(Exception):
    """The source text alone does not tell."""


@functools.cache
def read_signature(target: Callable[..., Any] | str) -> Signature:
    """Read the options of a factory or of "package.module:Class". Raises ImportError, AttributeError."""
    if isinstance(target, str):
        try:
            return _static_signature(*split_target(target))
        except (_NotStatic, OSError, SyntaxError):
            target = load_target(target)
    return _live_signature(target)


def split_target(target: str) -> tuple[str, str]:
    """Part "package.module:Class". Raises ImportError where the form is another."""
    module, colon, name = target.partition(":")
    if not (module and colon and name):
        raise ImportError(f"{target!r} is not of the form 'package.module:Class'")
    return module, name


def load_target(target: Callable[..., Any] | str) -> Callable[..., Any]:
    """Import what "package.module:Class" names. Raises ImportError, AttributeError, or what the module raises."""
    if not isinstance(target, str):
        return target
    module, name = split_target(target)
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _live_signature(factory: Callable[..., Any]) -> Signature:
    parameters = inspect.signature(factory).parameters.values()
    owner = factory.__init__ if inspect.isclass(factory) else factory
    try:
        hints = typing.get_type_hints(owner, include_extras=True)
    except Exception:  # noqa: BLE001 - annotations may name what exists only for type checkers
        hints = {}
    options = [
        Option(parameter.name, hints.get(parameter.name, Any), _written(parameter.default))
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]
    varied = any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters)
    try:
        line = inspect.getsourcelines(factory)[1]
        file = inspect.getsourcefile(factory) or ""
    except (OSError, TypeError):
        file, line = "", 0
    return _signature(options, inspect.getdoc(factory) or "", file, line, is_open=varied)


def _signature(options: list[Option], doc: str, file: str, line: int, *, is_open: bool) -> Signature:
    receives = {option.name: kind for option in options if (kind := _received_kind(option.annotation))}
    plain = tuple(
        replace(option, about=_about(option.name, doc)) if option.required else option
        for option in options
        if option.name not in receives
    )
    return Signature(plain, receives, doc.strip().split("\n")[0], file, line, is_open)


def _about(name: str, doc: str) -> str:
    """Return what a docstring says of an option, "" where it says nothing.

    >>> _about("base", 'Write it.\\n\\nbase: an image, "python:3.12". wheels: a\\nfolder.')
    'an image, "python:3.12"'
    """
    found = re.search(rf"(?:^|[.;] ){name}: (.+?)(?:\.(?= [A-Z]| [\w, ]+: |$)|$)", " ".join(doc.split()))
    return found[1] if found else ""


def _received_kind(annotation: Any) -> str | None:
    """Name the kind whose contract the annotation is, alone or beside None."""
    for part in (annotation, *typing.get_args(annotation)):
        if isinstance(part, type) and part in _CONTRACTS:
            return _CONTRACTS[part]
    return None


# --- reading the source text ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Module:
    name: str
    file: Path
    tree: ast.Module

    def find(self, name: str) -> ast.stmt | None:
        for node in _statements(self.tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
                return node
            if isinstance(node, ast.ImportFrom) and any((a.asname or a.name) == name for a in node.names):
                return node
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                return node
            if isinstance(node, ast.Import) and any((a.asname or a.name) == name for a in node.names):
                return node
        return None


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Walk the top level, and into `if TYPE_CHECKING:` and the like."""
    for node in tree.body:
        if isinstance(node, ast.If):
            yield from node.body
        else:
            yield node


@functools.cache
def _module(name: str) -> _Module:
    file = source_file(name)
    return _Module(name, file, ast.parse(file.read_bytes()))


def source_file(name: str) -> Path:
    """Find a module's file without importing its package, which `find_spec` would do for a dotted name."""
    package, *parts = name.split(".")
    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__file__", None):
        return Path(loaded.__file__)  # type: ignore[arg-type]
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise ImportError(f"no package named {package!r} is installed", name=package)
    if not parts and spec.origin:
        return Path(spec.origin)
    for folder in spec.submodule_search_locations or ():
        base = Path(folder, *parts)
        for candidate in (base / "__init__.py", base.with_suffix(".py")):
            if candidate.is_file():
                return candidate
    raise _NotStatic


def _static_signature(module_name: str, name: str, hops: int = 0) -> Signature:
    module = _module(module_name)
    node = module.find(name)
    if isinstance(node, ast.ImportFrom) and hops < 4:
        original = next(a.name for a in node.names if (a.asname or a.name) == name)
        return _static_signature(_absolute(module, node), original, hops + 1)
    if isinstance(node, ast.FunctionDef) and not node.decorator_list:
        options, varied = _parameters(node.args, module, skip=0), node.args.kwarg is not None
    elif isinstance(node, ast.ClassDef):
        options, varied = _class_parameters(node, module)
    else:
        raise _NotStatic
    doc = ast.get_docstring(node) or ""
    return _signature(options, doc, str(module.file), node.lineno, is_open=varied)


def _absolute(module: _Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    is_package = module.file.name == "__init__.py"
    base = parts[: len(parts) - node.level + is_package]
    return ".".join([*base, *([node.module] if node.module else [])])


def _class_parameters(node: ast.ClassDef, module: _Module) -> tuple[list[Option], bool]:
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            if statement.decorator_list:
                raise _NotStatic
            return _parameters(statement.args, module, skip=1), statement.args.kwarg is not None
        if isinstance(statement, ast.FunctionDef) and statement.name == "__new__":
            raise _NotStatic
    if any(_called_name(decorator) == "dataclass" for decorator in node.decorator_list):
        if node.bases:
            raise _NotStatic
        return _fields(node, module), False
    if not node.bases and not node.keywords:
        return [], False
    raise _NotStatic


def _called_name(decorator: ast.expr) -> str | None:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.id if isinstance(target, ast.Name) else getattr(target, "attr", None)


def _fields(node: ast.ClassDef, module: _Module) -> list[Option]:
    options = []
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if "ClassVar" in ast.unparse(statement.annotation):
                continue
            default = REQUIRED if statement.value is None else _value(statement.value, module)
            options.append(Option(statement.target.id, _annotation(statement.annotation, module), default))
    return options


def _parameters(args: ast.arguments, module: _Module, *, skip: int) -> list[Option]:
    if args.vararg or args.posonlyargs:
        raise _NotStatic
    plain = args.args[skip:]
    defaults: list[ast.expr | None] = [*[None] * (len(args.args) - len(args.defaults)), *args.defaults][skip:]
    pairs = [*zip(plain, defaults, strict=True), *zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    return [
        Option(
            arg.arg,
            Any if arg.annotation is None else _annotation(arg.annotation, module),
            REQUIRED if default is None else _value(default, module),
        )
        for arg, default in pairs
    ]


def _value(node: ast.expr, module: _Module) -> Any:
    """Evaluate a default: a literal, or a name the module assigns a literal to."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        if isinstance(node, ast.Name):
            found = module.find(node.id)
            if isinstance(found, ast.Assign):
                return _value(found.value, module)
        return UNWRITTEN


def _annotation(node: ast.expr, module: _Module) -> Any:
    """Evaluate an annotation whose names are all light."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = ast.parse(node.value, mode="eval").body
    names = {n.id: _light_name(n.id, module) for n in ast.walk(node) if isinstance(n, ast.Name)}
    # Python 3.14 imports `typing` by itself to join types by `|`; an expression cannot name what it does that by.
    within = {"__builtins__": {"__import__": __import__}}
    try:
        return eval(  # noqa: S307 - the expression's names are bound to types only
            compile(ast.Expression(node), str(module.file), "eval"), within, names
        )
    except (TypeError, AttributeError, NameError) as error:
        raise _NotStatic from error


def _light_name(name: str, module: _Module) -> Any:
    found = module.find(name)
    if found is None and isinstance(getattr(builtins, name, None), type):
        return getattr(builtins, name)
    if isinstance(found, ast.ImportFrom) and found.module in _LIGHT and not found.level:
        original = next(a.name for a in found.names if (a.asname or a.name) == name)
        return getattr(importlib.import_module(found.module), original)
    if isinstance(found, ast.Import) and name in _LIGHT:
        return importlib.import_module(name)
    if isinstance(found, ast.Assign):
        return _annotation(found.value, module)
    raise _NotStatic


def _written(default: Any) -> Any:
    return default if default is REQUIRED or is_plain_value(default) else UNWRITTEN


def is_plain_value(value: Any) -> bool:
    """Say whether a default can stand in a YAML file as it is."""
    if value is None or isinstance(value, bool | int | float | str):
        return True
    if isinstance(value, list | tuple):
        return all(is_plain_value(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain_value(item) for key, item in value.items())
    return False
