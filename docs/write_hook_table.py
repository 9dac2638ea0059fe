"""Write the table of hooks into `hooks.md`, from the specifications in `runner/hookspecs.py`.

`python docs/write_hook_table.py`, after a hook has changed; a test compares. The table stands between
`<!-- hooks -->` and `<!-- end -->`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path

from runner import hookspecs

PAGE = Path(__file__).with_name("hooks.md")
_PLACE = re.compile(r"(<!-- hooks -->\n).*?(<!-- end -->)", re.DOTALL)


def with_table(page: str) -> str:
    """Return the page with the table as it should be."""
    return _PLACE.sub(lambda found: f"{found[1]}{table()}{found[2]}", page)


def table() -> str:
    """Return all hooks, in the order in which they are specified."""
    hooks = [function for name, function in vars(hookspecs).items() if name.startswith("runner_")]
    head = ["| hook | offers | what it offers is called | by |", "|---|---|---|---|"]
    return "\n".join([*head, *map(_row, hooks)]) + "\n"


def _row(hook: Callable[..., object]) -> str:
    doc = inspect.getdoc(hook) or ""
    told = dict(re.findall(r"^(Called|By): (.*)\.$", doc, re.MULTILINE))
    offers = doc.partition("\n")[0].removeprefix("Offer ").removeprefix("Name the ").removesuffix(".")
    signature = f"{hook.__name__}{inspect.signature(hook)}".replace("'", "")
    return f"| [`{signature}`](#{hook.__name__}) | {offers} | {told['Called']} | {told['By']} |"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
