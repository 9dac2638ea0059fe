"""What is examined: a component with its settings, how it is built and called, how a breach is told."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from runner.catalogue import Catalogue, Offer
from runner.conformance.samples import Sample
from runner.data import Dataset
from runner.isolation import restored_globals
from runner.plan.nested import chosen_inside, with_models


class Broken(AssertionError):
    """A component does not do what its kind promises."""


@dataclass(frozen=True)
class Subject:
    """One component. settings: what it is built with; catalogue: where it and its neighbours were found.

    number: counts from 1 the settings that it is examined with.
    """

    offer: Offer
    settings: Mapping[str, Any]
    catalogue: Catalogue
    number: int = 1

    def __str__(self) -> str:
        return f"{self.offer} of {self.offer.plugin}"

    @property
    def label(self) -> str:
        """How test ids call it."""
        again = f" ({self.number})" if self.number > 1 else ""
        return f"{self.offer.kind} {self.offer.name}{again}"

    def build(self, seed: int = 0) -> Any:
        """Construct a fresh one, as a run would. seed: for a `random_state` that the settings leave open."""
        settings = dict(self.settings)
        if self.offer.wants_seed(settings):
            settings["random_state"] = seed
        checked = self.offer.check(settings)
        return self.offer.build(with_models(self.offer.signature.options, checked, self._inside(seed)))

    def _inside(self, seed: int) -> Callable[[str, Mapping[str, Any]], Any]:
        """Return what builds a model that is declared inside this one."""

        def build(key: str, declared: Mapping[str, Any]) -> Any:
            offer = self.catalogue.find("model", chosen_inside("model", key, declared))
            settings = {name: value for name, value in declared.items() if name != "use"}
            return Subject(offer, settings, self.catalogue).build(seed)

        return build

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call one of its methods. Raises Broken if that changes what belongs to the whole process."""
        changes: list[str] = []
        with restored_globals(changes), warnings.catch_warnings():
            # A warning breaks no contract; under a test-suite's filter "error" it would look as if it did.
            warnings.simplefilter("ignore")
            result = function(*arguments)
        self.expect(not changes, f"it {'; it '.join(changes)}, which belongs to the whole process")
        return result

    def expect(self, held: Any, otherwise: str) -> None:
        """Raise Broken with this text unless the first argument is true."""
        if not held:
            raise Broken(f"{self}: {otherwise}.")

    def usable(self, samples: Iterable[Sample], use: Callable[[Dataset], Any]) -> list[Sample]:
        """Return the samples that it works on, as far as `use(dataset)` tells. Raises Broken where it is none."""
        works, refusals = [], []
        for sample in samples:
            try:
                self.call(use, sample.make())
            except Broken:
                raise
            except Exception as error:  # noqa: BLE001 - data it is not made for may be refused in any words
                refusals.append(f"{sample.name}: {type(error).__name__}: {error}")
            else:
                works.append(sample)
        self.expect(works, f"it works on none of the sample data. {' | '.join(refusals)}")
        return works
