"""Write the pages of the reference, and the list of decisions, from what the code says of itself.

`python docs/write_reference.py`, after a command, a function of `runner` or a decision has changed; a test compares.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import re
import textwrap
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from unittest import mock

import runner
import runner.api
from runner.cli import COMMANDS
from runner.report.pages import written_page

DOCS = Path(__file__).parent
#: As wide as help is printed for these pages.
_COLUMNS = "100"


def pages() -> Mapping[str, str]:
    """Return path -> text of every page that is written here."""
    return {
        "reference/commands.md": commands(),
        "reference/python.md": python(),
        "decisions/index.md": decisions(),
    }


def commands() -> str:
    """Return what each command says of itself."""
    parts = [
        "# Commands\n\nA word for a command of `runner`; anything else is for Hydra: "
        "`runner +experiment=digits model.l2=1e-4`. "
        "`runner --help` lists the experiments and groups that are there.\n\n| command | does |\n|---|---|\n"
        + "".join(f"| [`{name}`](#runner-{name}) | {does} |\n" for name, (_, does) in COMMANDS.items())
    ]
    for name, (module, _) in COMMANDS.items():
        parts.append(f"## runner {name}\n\n```text\n{_help(module)}\n```\n")
    return "\n".join(parts)


def _help(module: str) -> str:
    told = io.StringIO()
    environment = {**os.environ, "COLUMNS": _COLUMNS, "NO_COLOR": "1"}
    with mock.patch.dict(os.environ, environment), contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
        import_module(module).main(["--help"])
    return told.getvalue().strip()


def python() -> str:
    """Return the functions of `runner` with their docstrings."""
    parts = ["# Python\n\nThe same experiments without the command, in a notebook or a service: `import runner`.\n"]
    for name in sorted(runner.__all__):
        function = _function(name)
        if function is not None:
            parts.append(f"## runner.{name}\n\n```text\n{name}{_signature(function)}\n```\n\n{_doc(function)}\n")
    return "\n".join(parts)


def _function(name: str) -> Callable[..., object] | None:
    """Return a function of `runner`; two of them are packages that can be called."""
    thing = getattr(runner, name)
    if isinstance(thing, ModuleType):
        thing = getattr(runner.api, name, None) or written_page
    return thing if inspect.isfunction(thing) else None


def _signature(function: object) -> str:
    text = str(inspect.signature(function))  # type: ignore[arg-type]
    text = re.sub(r"'([^']*)'", r"\1", text) if "'" in text else text
    return textwrap.fill(text, 100, subsequent_indent="    ") if len(text) > 100 else text


def _doc(function: object) -> str:
    """Return a docstring, its lines on arguments as a list."""
    return re.sub(r"^(Raises )", r"\n\1", inspect.getdoc(function) or "", flags=re.MULTILINE)


def decisions() -> str:
    """Return the list of decisions by their headings."""
    lines = ["# Design decisions\n\nOne page each: what was to be decided, what was, and what follows.\n"]
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        heading = path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
        lines.append(f"* [{heading}]({path.name})")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for page, text in pages().items():
        (DOCS / page).parent.mkdir(exist_ok=True)
        (DOCS / page).write_text(text, encoding="utf-8")
