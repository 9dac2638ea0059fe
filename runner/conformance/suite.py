"""The list of checks for a plugin: one for each component and each thing its kind promises."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runner.catalogue import Catalogue, Offer
from runner.conformance import (
    cleaner_checks,
    clear_checks,
    component_checks,
    data_checks,
    ending_checks,
    judging_checks,
    learning_checks,
    listening_checks,
    together_checks,
    training_checks,
)
from runner.conformance.plugin_checks import PLUGIN, Whole
from runner.conformance.subject import Broken, Subject
from runner.contracts import KINDS
from runner.discovery import Plugin
from runner.errors import ConfigError, did_you_mean

BY_KIND: Mapping[str, Sequence[Callable[[Subject], None]]] = {
    "source": data_checks.SOURCE,
    "cleaner": cleaner_checks.CLEANER,
    "splitter": data_checks.SPLITTER,
    "augmenter": data_checks.AUGMENTER,
    "transform": learning_checks.TRANSFORM,
    "model": (*learning_checks.MODEL, together_checks.is_trained_together_as_alone),
    "optimizer": training_checks.OPTIMIZER,
    "scheduler": training_checks.SCHEDULER,
    "metric": judging_checks.METRIC,
    "search": judging_checks.SEARCH,
    "compressor": ending_checks.COMPRESSOR,
    "exporter": ending_checks.EXPORTER,
    "deployer": ending_checks.DEPLOYER,
    "tracker": listening_checks.TRACKER,
    "executor": listening_checks.EXECUTOR,
}


@dataclass(frozen=True)
class Check:
    """One promise of one component. Called, it raises AssertionError where the promise is broken."""

    subject: Subject | Whole
    promise: Callable[[Any], None]

    def __str__(self) -> str:
        return f"{self.subject.label}: {self.what}"

    @property
    def what(self) -> str:
        """The promise in words."""
        return self.promise.__name__.replace("_", " ")

    def __call__(self) -> None:
        """Check it."""
        try:
            self.promise(self.subject)
        except Broken:
            raise
        except Exception as error:
            told = f"{self.subject}: that it {self.what} could not be seen"
            raise Broken(f"{told}, for it raised {type(error).__name__}: {error}") from error


def checks(
    package: str,
    *,
    options: Mapping[str, Mapping[str, Any] | Sequence[Mapping[str, Any]]] | None = None,
    leave_out: Collection[str] = (),
    catalogue: Catalogue | None = None,
) -> list[Check]:
    """List the checks of a plugin, to be handed to `pytest.mark.parametrize("check", …, ids=str)`.

    package: the plugin's import package or hook module, its distribution, or its entry point's name.
    options: "kind.name" -> settings, or several, for components that cannot be built with their defaults.
    leave_out: components not to check, as "name" or "kind.name". catalogue: what is installed, by default.
    Raises ConfigError for names that are not there.
    """
    offers = catalogue or Catalogue.installed()
    plugins = _plugins(package, offers)
    found = [offer for kind in KINDS for offer in offers.offers(kind) if offer.plugin in plugins]
    settings = dict(options or {})
    _check_known("options", settings, [_path(offer) for offer in found])
    _check_known("leave_out", leave_out, [name for offer in found for name in (offer.name, _path(offer))])
    wanted = [offer for offer in found if not {offer.name, _path(offer)} & set(leave_out)]
    subjects = [
        Subject(offer, sample, offers, number)
        for offer in wanted
        for number, sample in enumerate(_samples(settings.get(_path(offer), {})), start=1)
    ]
    whole = [Check(Whole(plugin, offers), promise) for plugin in plugins for promise in PLUGIN]
    return [*whole, *(Check(subject, promise) for subject in subjects for promise in _promises(subject))]


def _promises(subject: Subject) -> Iterator[Callable[[Subject], None]]:
    yield from component_checks.EVERY
    if subject.offer.kind in component_checks.SENT:
        yield component_checks.can_be_pickled
    if subject.offer.kind in clear_checks.WITH_DATA:
        yield clear_checks.refuses_other_data_in_clear_words
    yield clear_checks.refuses_odd_options_in_clear_words
    yield from BY_KIND[subject.offer.kind]


def _samples(settings: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return [settings] if isinstance(settings, Mapping) else settings


def _path(offer: Offer) -> str:
    return f"{offer.kind}.{offer.name}"


def _plugins(package: str, catalogue: Catalogue) -> list[Plugin]:
    found = [plugin for plugin in catalogue.plugins if package in _names(plugin)]
    if not found:
        known = {name for plugin in catalogue.plugins for name in _names(plugin)}
        raise ConfigError(
            f"no installed plugin is called {package!r}. {did_you_mean(package, known)} A package becomes a plugin "
            "by an entry point of the group 'runner.plugins', once it is installed."
        )
    return found


def _names(plugin: Plugin) -> set[str]:
    """Collect what a plugin may be called by: "a" and "a.hooks" for the module "a.hooks", and so on."""
    parts = plugin.module.split(".")
    modules = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return {plugin.name, plugin.distribution, *modules} - {""}


def _check_known(argument: str, given: Collection[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            raise ConfigError(f"{argument}: the plugin offers no {name!r}. {did_you_mean(name, known)}")
