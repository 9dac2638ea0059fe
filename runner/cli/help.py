"""`runner --help`: commands, experiments, groups and options, and where each comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from runner.catalogue import Catalogue
from runner.cli import COMMANDS
from runner.cli.run import disabled
from runner.conf_places import conf_places
from runner.contracts import KINDS

_USAGE = """\
runner +experiment=NAME [group=NAME] [key=value] …     run an experiment
runner -m +experiment=NAME key=a,b …                   run it for every combination
runner COMMAND …                                       one of the commands below (--help tells more)"""

_FLAGS = {
    "--cfg job": "show the composed config instead of running (-p GROUP: only that part)",
    "--info defaults|searchpath": "show how the config is composed, and from where",
    "-m, --multirun": "run a sweep",
    "--config-dir DIR": "take configs from this folder, too (./conf is taken without asking)",
    "--debug": "run in this process and show tracebacks",
    "--allow-outside": "let outputs and configs lie outside of their folders",
    "--yes": "run a sweep of more than 10,000 trials",
    "--shell-completion": "install=bash|zsh|fish or uninstall=…: complete groups and options by Tab",
    "--hydra-help": "Hydra's own flags",
    "--version": "versions",
}


def main(words: Sequence[str]) -> int:
    """Print the help page."""
    del words
    catalogue = Catalogue.installed(disabled(), Path.cwd())
    console = Console(highlight=False)
    _heading(console, "Usage", "")
    console.print(_USAGE, markup=False)
    _table(console, "Commands", [(name, what) for name, (_, what) in COMMANDS.items()])
    _table(console, "Flags", list(_FLAGS.items()))
    _table(console, "Experiments", list(_experiments(catalogue, Path.cwd())))
    for kind in KINDS.values():
        many = "several, in order: " if kind.many else ""
        heading = f"{kind.group}={'[…]' if kind.many else '…'}"
        _table(console, heading, list(_options(catalogue, kind.name)), f"{many}{_meaning(kind.contract)}")
    console.print("\n'runner plugins KIND' lists every name of a kind, 'runner plugins KIND NAME' its options.")
    return 0


def _meaning(contract: type) -> str:
    return (contract.__doc__ or "").split("\n")[0]


def _experiments(catalogue: Catalogue, folder: Path) -> Iterator[tuple[str, str]]:
    """List (name, where from and what), looking where Hydra would, without importing it."""
    seen: set[str] = set()
    for place in conf_places(folder, catalogue.conf_dirs()):
        for path in sorted((place.folder / "experiment").glob("*.yaml")):
            if path.stem not in seen:
                seen.add(path.stem)
                yield path.stem, f"{_first_comment(path)} [{place.provider}]"


def _first_comment(path: Path) -> str:
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        text = line.removeprefix("#").strip()
        if line.startswith("#") and not text.startswith("@"):
            return text
    return ""


def _options(catalogue: Catalogue, kind: str) -> Iterator[tuple[str, str]]:
    """List (distribution, its names); scikit-learn's own class names are counted, not listed."""
    offers = catalogue.offers(kind)
    for plugin in catalogue.plugins:
        names = [offer.name for offer in offers if offer.plugin is plugin]
        own = [name for name in names if not name[:1].isupper()]
        classes = len(names) - len(own)
        more = f"{', ' if own else ''}and {classes} classes by their own names" if classes else ""
        if names:
            yield str(plugin), ", ".join(own) + more


def _heading(console: Console, title: str, note: str) -> None:
    console.print()
    console.print(Text(title, style="bold"), Text(note, style="dim"))


def _table(console: Console, title: str, rows: Sequence[tuple[str, str]], note: str = "") -> None:
    _heading(console, title, note)
    width = max((len(name) for name, _ in rows), default=0) + 2
    lines = [Text.assemble((f"  {name:<{width}}", "cyan"), what) for name, what in rows]
    if lines:
        console.print(Text("\n").join(lines), soft_wrap=True)
