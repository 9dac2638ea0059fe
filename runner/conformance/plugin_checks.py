"""Of the plugin as a whole: its hook module is light and sound."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from runner.catalogue import Catalogue
from runner.conf_places import package_folder
from runner.conformance.subject import Broken
from runner.discovery import Plugin

#: What every command would pay for if a hook module imported it.
HEAVY = ("pandas", "scipy", "sklearn", "torch")
#: How long importing a hook module may take; a dozen plugins must not be felt.
SECONDS = 2.0

_MEASURE = """
import importlib, json, sys, time
import runner.hookspecs
loaded, start = set(sys.modules), time.perf_counter()
importlib.import_module(sys.argv[1])
print(json.dumps([time.perf_counter() - start, sorted(set(sys.modules) - loaded)]))
"""


@dataclass(frozen=True)
class Whole:
    """A plugin as a whole."""

    plugin: Plugin
    catalogue: Catalogue

    def __str__(self) -> str:
        return f"plugin {self.plugin.name!r} of {self.plugin}"

    @property
    def label(self) -> str:
        """How test ids call it."""
        return f"plugin {self.plugin.name}"

    def expect(self, held: object, otherwise: str) -> None:
        """Raise Broken with this text unless the first argument is true."""
        if not held:
            raise Broken(f"{self}: {otherwise}.")


def has_no_broken_hook(whole: Whole) -> None:
    """Its module loads, and every hook can be called and gives what it should."""
    problems = whole.catalogue.problems(whole.plugin)
    whole.expect(not problems, "; ".join(problem.summary for problem in problems))


def changes_nothing_while_loading(whole: Whole) -> None:
    """Loading it leaves the process as it was."""
    whole.expect(not whole.plugin.remarks, "; ".join(whole.plugin.remarks))


def imports_nothing_heavy(whole: Whole) -> None:
    """Its hook module imports within 2 s in a fresh process, and without the heavy libraries."""
    module = whole.plugin.module
    if not module or whole.plugin.is_local:  # made of an object in memory, or one file with all that it offers
        return
    folders = os.pathsep.join(folder for folder in sys.path if folder)
    command = [sys.executable, "-c", _MEASURE, module]
    environment = {**os.environ, "PYTHONPATH": folders}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    whole.expect(done.returncode == 0, f"{module!r} cannot be imported in a fresh process: {done.stderr.strip()}")
    seconds, modules = json.loads(done.stdout.splitlines()[-1])
    heavy = [name for name in HEAVY if name in modules]
    advice = "offer components by string, 'package.module:Class'"
    whole.expect(not heavy, f"importing {module!r} imports {' and '.join(heavy)}; {advice}")
    whole.expect(seconds < SECONDS, f"importing {module!r} takes {seconds:.1f} s, more than {SECONDS} s; {advice}")


def brings_configs_that_exist(whole: Whole) -> None:
    """Every config package it names is there."""
    hook = whole.plugin.hooks.get("runner_conf_dirs")
    for name in hook() if hook else ():
        folder = package_folder(name)
        whole.expect(any(folder.rglob("*.yaml")), f"the config package {name!r} holds no YAML file: '{folder}'")


PLUGIN = (has_no_broken_hook, changes_nothing_while_loading, imports_nothing_heavy, brings_configs_that_exist)
