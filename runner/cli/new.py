"""`runner new`: something to start from, which works at once.

runner new plugin acme --kind cleaner --kind optimizer:slow_sgd    a plugin package in ./runner-acme
runner new component metric cost_of_errors                         one more in the plugin package one stands in
runner new experiment my_digits --from digits                      ./conf/experiment/my_digits.yaml
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from runner.catalogue import Catalogue
from runner.cli.run import disabled
from runner.conf_places import conf_places
from runner.contracts import KINDS
from runner.errors import ConfigError
from runner.record.storage import write_bytes
from runner.scaffold.component import NewComponent, check_component, kind_of
from runner.scaffold.experiments import copied
from runner.scaffold.files import write_new
from runner.scaffold.hook_module import new_hook, with_offer
from runner.scaffold.plugin import NewPlugin, check_plugin
from runner.scaffold.project import PluginProject


def main(words: Sequence[str]) -> int:
    """Make one of the three. words: the command line after `new`."""
    arguments = _parser().parse_args(list(words))
    result: int = arguments.carry_out(arguments, Catalogue.installed(disabled(), Path.cwd()))
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "runner new", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(metavar="plugin | component | experiment", required=True)
    plugin = commands.add_parser("plugin", help="a package that offers components")
    plugin.add_argument("name", help="such as acme: the package is runner_acme, the distribution runner-acme")
    plugin.add_argument(
        "--kind",
        action="append",
        default=[],
        help=f"a component to offer, as KIND or KIND:NAME; again for more. KIND is one of {', '.join(KINDS)}",
    )
    plugin.add_argument("--to", type=Path, default=Path(), help="the folder to make it in (the one you stand in)")
    plugin.set_defaults(carry_out=_plugin)
    component = commands.add_parser("component", help="one more component of the plugin package one stands in")
    component.add_argument("kind", help=f"one of {', '.join(KINDS)}")
    component.add_argument("name", help="in snake_case, such as drop_empty")
    component.set_defaults(carry_out=_component)
    experiment = commands.add_parser("experiment", help="an experiment of your own, begun from another")
    experiment.add_argument("name", help="of its file, such as my_digits")
    experiment.add_argument(
        "--from", dest="begun_from", metavar="EXPERIMENT", required=True, help="the one to begin from"
    )
    experiment.set_defaults(carry_out=_experiment)
    return parser


def _plugin(arguments: argparse.Namespace, catalogue: Catalogue) -> int:
    if not arguments.kind:
        raise ConfigError(f"say what it offers, as in '--kind cleaner'. Kinds: {', '.join(KINDS)}.")
    parts = [word.partition(":") for word in arguments.kind]
    plugin = NewPlugin.of(arguments.name, [(kind_of(kind), name or None) for kind, _, name in parts])
    check_plugin(plugin, catalogue)
    folder = arguments.to / plugin.distribution
    if folder.exists():
        raise ConfigError(
            f"'{folder}' exists already and is left as it is. Choose another name, or '--to' elsewhere."
        )
    _tell(write_new(folder, plugin.files()))
    print(f"\nNext:\n  cd {folder}\n  pip install -e '.[dev]'\n  pytest\n  runner +experiment={plugin.name}")
    return 0


def _component(arguments: argparse.Namespace, catalogue: Catalogue) -> int:
    project = PluginProject.at(Path())
    component = NewComponent(kind_of(arguments.kind), arguments.name, project.package)
    check_component(component, catalogue)
    (project_file, text), (test, test_text) = component.files().items()
    place = os.path.relpath(project.root, project.folder)
    written = write_new(project.folder, {os.path.join(place, project_file): text, test: test_text})
    changed = with_offer(project.hooks.read_text(encoding="utf-8"), component)
    if changed is not None:
        write_bytes(project.hooks, changed.encode(), durable=False)
        _tell([*written, project.hooks])
        print(
            f"\nNext: 'pytest'; 'runner plugins {component.kind} {component.name}' shows it, once installed with -e."
        )
        return 0
    _tell(written)
    print(
        f"\n'{project.hooks}' is written in a way that is not changed from here. Add this offer to it yourself:\n\n"
        + new_hook([component])
    )
    return 0


def _experiment(arguments: argparse.Namespace, catalogue: Catalogue) -> int:
    folder = Path.cwd()
    text = copied(arguments.name, arguments.begun_from, conf_places(folder, catalogue.conf_dirs()))
    _tell(write_new(Path(), {f"conf/experiment/{arguments.name}.yaml": text}))
    print(f"\nNext: 'runner +experiment={arguments.name}'; 'runner plugins' lists what can be chosen in it.")
    return 0


def _tell(paths: Sequence[Path]) -> None:
    for path in paths:
        print(f"wrote {path}")
