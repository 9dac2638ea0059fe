"""`runner plugins`: who offers what, and which plugins are broken."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from runner.catalogue import Catalogue, Offer
from runner.cli.run import disabled
from runner.contracts import KINDS
from runner.discovery import Plugin
from runner.errors import ConfigError, did_you_mean
from runner.report.option_words import default_words, type_words
from runner.report.tables import show, table


def main(words: Sequence[str]) -> int:
    """List plugins, or the names of a kind, or the options of one component."""
    parser = argparse.ArgumentParser("runner plugins", description=__doc__)
    parser.add_argument("kind", nargs="?", help="list the names offered for this kind")
    parser.add_argument("name", nargs="?", help="show the options of this component")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args(list(words))
    catalogue, console = Catalogue.installed(disabled(), Path.cwd()), Console(highlight=False)
    if arguments.kind is None:
        data: Any = [_plugin(catalogue, plugin) for plugin in catalogue.plugins]
        shown = partial(show, console, _plugins_table(data))
    elif arguments.name is None:
        data = [_offer(offer) for offer in catalogue.offers(_kind(arguments.kind))]
        shown = partial(show, console, _offers_table(data))
    else:
        data = _options(catalogue.find(_kind(arguments.kind), arguments.name))
        shown = partial(_print_options, data, console)
    if arguments.json:
        print(json.dumps(data, indent=2))
    else:
        shown()
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
        "problems": [problem.summary for problem in catalogue.problems(plugin)],
        "contested": plugin.contested,
        "remarks": list(plugin.remarks),
    }


def _plugins_table(data: list[dict[str, Any]]) -> Table:
    rows = []
    for row in data:
        offers = "\n".join(f"{kind}: {_some(names)}" for kind, names in row["offers"].items())
        notes = [f"broken: {problem}" for problem in row["problems"]]
        notes += ["contested: another distribution has this entry-point name"] if row["contested"] else []
        notes += row["remarks"]
        rows.append([row["name"], f"{row['distribution']} {row['version']}", offers, "\n".join(notes) or "ok"])
    return table(("plugin", "distribution", "offers", "state"), rows)


def _some(names: Sequence[str]) -> str:
    names = sorted(names, key=lambda name: (name[:1].isupper(), name))  # classes go by their own names: last
    shown = ", ".join(names[:12])
    return f"{shown}, … ({len(names)})" if len(names) > 12 else shown


def _offer(offer: Offer) -> dict[str, Any]:
    return {"name": offer.name, "distribution": str(offer.plugin), "from": str(offer.target)}


def _offers_table(data: list[dict[str, Any]]) -> Table:
    return table(("name", "distribution", "from"), [[row["name"], row["distribution"], row["from"]] for row in data])


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
            {"name": option.name, "type": type_words(option.annotation), "default": default_words(option.default)}
            for option in signature.options
        ],
    }


def _print_options(data: dict[str, Any], console: Console) -> None:
    console.print(f"{data['kind']} {data['name']}: {data['summary']}", markup=False, soft_wrap=True)
    console.print(f"{data['distribution']} · {data['defined']}\n", markup=False, soft_wrap=True)
    rows = [[row["name"], row["type"], row["default"]] for row in data["options"]]
    show(console, table(("option", "type", "default"), rows))
    for parameter, kind in data["receives"].items():
        console.print(f"{parameter}: the experiment's {kind}", markup=False)
