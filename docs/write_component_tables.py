"""Write the tables of components into the pages, from what the catalogue offers.

`python docs/write_component_tables.py`, after a component or an option has changed; a test compares. A table stands
between `<!-- components: KIND -->` and `<!-- end -->`. scikit-learn's own classes are counted, not listed: their
options are in scikit-learn's reference.
"""

from __future__ import annotations

import re
from pathlib import Path

from runner.catalogue import Catalogue, Offer
from runner.report.option_words import default_words, type_words
from runner.signature import REQUIRED

_PLACE = re.compile(r"(<!-- components: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_tables(page: str, catalogue: Catalogue) -> str:
    """Return a page with its tables as they should be."""
    return _PLACE.sub(lambda found: f"{found[1]}{table(found[2], catalogue)}{found[3]}", page)


def table(kind: str, catalogue: Catalogue) -> str:
    """Return a kind's built-in components and their options as a Markdown table."""
    ours = [offer for offer in catalogue.offers(kind) if offer.plugin.name == "builtin"]
    own = [offer for offer in ours if "runner_builtin" in str(offer.target)]
    lines = ["| name | what it does | options |", "|---|---|---|", *(_row(offer) for offer in own)]
    if len(ours) > len(own):
        lines.append(f"\nBeside these, {len(ours) - len(own)} classes of scikit-learn under their own names.")
    return "\n".join(lines) + "\n"


def _row(offer: Offer) -> str:
    signature = offer.signature
    options = [
        f"`{option.name}`: {_escaped(type_words(option.annotation))}"
        + (" (must be given)" if option.default is REQUIRED else f" = `{default_words(option.default)}`")
        for option in signature.options
    ]
    return f"| `{offer.name}` | {_escaped(signature.summary)} | {'<br>'.join(options) or '–'} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    installed = Catalogue.installed()
    for path in sorted(Path(__file__).parent.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        path.write_text(with_tables(text, installed), encoding="utf-8")
