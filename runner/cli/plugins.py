"""`runner plugins`: who offers what, and which plugins are broken."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from runner.catalogue import Catalogue, Offer
from runner.cli.run import disabled
from runner.contracts import KINDS
from runner.discovery import Plugin
from runner.errors import ConfigError, did_you_mean
from runner.signature import UNWRITTEN


def main(words: Sequence[str]) -> int:
    """List plugins, or the names of a kind, or the options of one component."""
    parser = argparse.ArgumentParser("runner plugins", description=__doc__)
    parser.add_argument("kind", nargs="?", help="list the names offered for this kind")
    parser.add_argument("name", nargs="?", help="show the options of this component")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args(list(words))
    catalogue = Catalogue.installed(disabled())
    if arguments.kind is None:
        data: Any = [_plugin(catalogue, plugin) for plugin in catalogue.plugins]
        shown: Any = _plugins_table(data)
    elif arguments.name is None:
        data = [_offer(offer) for offer in catalogue.offers(_kind(arguments.kind))]
        shown = _offers_table(data)
    else:
        data = _options(catalogue.find(_kind(arguments.kind), arguments.name))
        shown = _options_table(data)
    print(json.dumps(data, indent=2)) if arguments.json else Console(highlight=False).print(shown)
    return 0


def _kind(word: str) -> str:
    """Accept a kind or its config group."""
    for kind in KINDS.values():
        if word in (kind.name, kind.group):
            return kind.name
    raise ConfigError(f"there is no kind {word!r}. {did_you_mean(word, KINDS)}")


def _plugin(catalogue: Catalogue, plugin: Plugin) -> dict[str, Any]:
    offered = {kind: [offer.name for offer in catalogue.offers(kind) if offer.plugin is plugin] for kind in KINDS}
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "offers": {kind: names for kind, names in offered.items() if names},
        "problems": [problem.summary for problem in catalogue.problems()[plugin]],
        "contested": plugin.contested,
        "remarks": list(plugin.remarks),
    }


def _plugins_table(data: list[dict[str, Any]]) -> Table:
    table = Table()
    for column in ("plugin", "distribution", "offers", "state"):
        table.add_column(column)
    for row in data:
        offers = "\n".join(f"{kind}: {_some(names)}" for kind, names in row["offers"].items())
        notes = [f"broken: {problem}" for problem in row["problems"]]
        notes += ["contested: another distribution has this entry-point name"] if row["contested"] else []
        notes += row["remarks"]
        table.add_row(row["name"], f"{row['distribution']} {row['version']}", offers, "\n".join(notes) or "ok")
    return table


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:12])
    return f"{shown}, … ({len(names)})" if len(names) > 12 else shown


def _offer(offer: Offer) -> dict[str, Any]:
    return {"name": offer.name, "distribution": str(offer.plugin), "from": str(offer.target)}


def _offers_table(data: list[dict[str, Any]]) -> Table:
    table = Table()
    for column in ("name", "distribution", "from"):
        table.add_column(column)
    for row in data:
        table.add_row(row["name"], row["distribution"], row["from"])
    return table


def _options(offer: Offer) -> dict[str, Any]:
    signature = offer.signature
    return {
        "kind": offer.kind,
        "name": offer.name,
        "distribution": str(offer.plugin),
        "summary": signature.summary,
        "defined": f"{signature.file}:{signature.line}",
        "receives": dict(signature.receives),
        "options": [
            {"name": option.name, "type": _type(option.annotation), "default": _default(option.default)}
            for option in signature.options
        ],
    }


def _type(annotation: Any) -> str:
    return "any" if annotation is Any else str(getattr(annotation, "__name__", annotation)).replace("typing.", "")


def _default(default: Any) -> str:
    from runner.signature import REQUIRED

    if default is REQUIRED:
        return "(must be given)"
    return "(its own)" if default is UNWRITTEN else repr(default)


def _options_table(data: dict[str, Any]) -> Table:
    table = Table(title=f"{data['kind']} {data['name']} · {data['summary']}", title_justify="left")
    for column in ("option", "type", "default"):
        table.add_column(column)
    for row in data["options"]:
        table.add_row(row["name"], row["type"], row["default"])
    table.caption = f"{data['distribution']} · {data['defined']}"
    return table
