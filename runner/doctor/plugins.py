"""The plugins: which are sound, which are broken, and which names two of them claim."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from runner.catalogue import Catalogue
from runner.contracts import KINDS
from runner.discovery import Plugin, discover
from runner.doctor.finding import Finding, noted, well, wrong
from runner.errors import ExitCode, did_you_mean


def plugins(catalogue: Catalogue) -> Iterator[Finding]:
    """Ask every plugin for what it offers."""
    for plugin in catalogue.plugins:
        yield from _of(plugin, catalogue)
    for kind in KINDS:
        yield from _claimed_twice(kind, catalogue)


def hidden(names: Collection[str], folder: Path) -> Iterator[Finding]:
    """Tell which plugins `RUNNER_DISABLE` hides, and which of its names are nobody's. folder: where one stands."""
    everyone = discover(folder=folder) if names else ()
    for name in names:
        meant = [plugin for plugin in everyone if name in plugin.called]
        if meant:
            yield noted(f"{' and '.join(map(str, meant))} is hidden by RUNNER_DISABLE={name}", "unset RUNNER_DISABLE")
        else:
            known = {one for plugin in everyone for one in plugin.called}
            yield noted(f"RUNNER_DISABLE names {name!r}, which is no plugin. {did_you_mean(name, known)}")


def _of(plugin: Plugin, catalogue: Catalogue) -> Iterator[Finding]:
    called = f"plugin {plugin.name!r} of {plugin}"
    problems = catalogue.problems(plugin)
    for problem in problems:
        usual = f"mend ./{plugin.name}.py" if plugin.is_local else f"pip install --upgrade {plugin.distribution}"
        mend = problem.mend or usual
        yield wrong(
            f"{called} is broken: {problem}", f"{mend}, or hide it: RUNNER_DISABLE={plugin.name}", ExitCode.PLUGIN
        )
    if plugin.contested:
        yield wrong(
            f"{called} has an entry-point name that another distribution claims as well",
            f"pip uninstall one of them, or choose by distribution: '{plugin.distribution}:NAME'",
            ExitCode.PLUGIN,
        )
    for remark in plugin.remarks:
        yield noted(f"{called}: {remark}; it was put back", f"tell the makers of {plugin.distribution}")
    if not problems and not plugin.contested:
        counts = {kind: sum(offer.plugin is plugin for offer in catalogue.offers(kind)) for kind in KINDS}
        yield well(f"{called} offers {sum(counts.values())} components")


def _claimed_twice(kind: str, catalogue: Catalogue) -> Iterator[Finding]:
    names = [offer.name for offer in catalogue.offers(kind)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        offers = [offer for offer in catalogue.offers(kind) if offer.name == name]
        who = " and ".join(str(offer.plugin) for offer in offers)
        choices = " or ".join(f"'{offer.qualified}'" for offer in offers)
        yield noted(f"{kind} {name!r} is offered by {who}", f"choose {choices}")
