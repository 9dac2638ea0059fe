from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from runner import hookimpl
from runner.catalogue import Catalogue
from runner.contracts import Optimizer
from runner.discovery import discover, plugin_of
from runner.errors import ConfigError, PluginError
from runner.testing import make_catalogue


@dataclass
class Ridge:
    """A model that fits nothing."""

    alpha: float = 1.0
    optimizer: Optimizer | None = None

    def fit(self, X: Any, y: Any) -> Ridge:
        return self

    def predict(self, X: Any) -> Any:
        return X


class Unfinished:
    """A model without predict."""

    def fit(self, X: Any, y: Any) -> Unfinished:
        return self


def offering(distribution: str, *, name: str = "acme", target: Any = Ridge) -> Any:
    class Offers:
        @staticmethod
        @hookimpl
        def runner_models() -> dict[str, Any]:
            return {"ridge": target}

    return plugin_of(Offers, name=name, distribution=distribution, version="1.0")


def test_a_component_is_built_from_its_settings_and_what_the_core_hands_in() -> None:
    offer = make_catalogue({"model": {"ridge": Ridge}}, installed=False).find("model", "ridge")
    assert offer.build({"alpha": 2}, {"optimizer": "given"}) == Ridge(2.0, "given")  # type: ignore[arg-type]


@pytest.mark.fault("F38")
def test_a_misspelt_name_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"model 'rigde' is not offered by any plugin. Did you mean 'ridge'?"):
        make_catalogue({"model": {"ridge": Ridge}}, installed=False).find("model", "rigde")


@pytest.mark.fault("F92")
def test_a_name_offered_twice_belongs_to_neither_until_a_distribution_is_named() -> None:
    catalogue = Catalogue([offering("acme-a"), offering("acme-b", name="other")])
    with pytest.raises(PluginError, match=r"acme-a 1.0 and acme-b 1.0. Choose one of them: 'acme-a:ridge' or"):
        catalogue.find("model", "ridge")
    assert catalogue.find("model", "acme-b:ridge").plugin.distribution == "acme-b"
    assert catalogue.names("model") == ["acme-a:ridge", "acme-b:ridge"]
    assert catalogue.names("cleaner") == []


@pytest.mark.fault("F92")
def test_names_of_contested_entry_points_need_their_distribution() -> None:
    class Point:
        name, value = "acme", "acme.hooks"

        def __init__(self, distribution: str, module: Any) -> None:
            self.dist = type("Dist", (), {"name": distribution, "version": "1.0"})
            self.load = lambda: module

    class Cleaners:
        @staticmethod
        @hookimpl
        def runner_cleaners() -> dict[str, str]:
            return {"shout": "acme.x:Shout"}

    class Nothing:
        pass

    catalogue = Catalogue(discover([Point("acme-a", Cleaners), Point("acme-b", Nothing)]))
    with pytest.raises(PluginError, match=r"another installed distribution claims as well.*'acme-a:shout'"):
        catalogue.find("cleaner", "shout")
    assert catalogue.find("cleaner", "acme-a:shout").name == "shout"


@pytest.mark.fault("F91")
def test_a_broken_plugin_is_named_where_it_may_have_offered_the_name() -> None:
    class Broken:
        @staticmethod
        @hookimpl
        def runner_models() -> dict[str, Any]:
            raise OSError("licence server is down")

    broken = plugin_of(Broken, distribution="acme-broken", version="0.3")
    catalogue = Catalogue([broken, offering("sound")])
    with pytest.raises(PluginError, match=r"acme-broken 0.3 \(runner_models\(\) failed: OSError: licence server"):
        catalogue.find("model", "transformer")
    assert catalogue.find("model", "ridge").plugin.distribution == "sound"
    assert [problem.summary for problem in catalogue.problems(broken)] == [
        "runner_models() failed: OSError: licence server is down"
    ]


def test_a_component_that_cannot_be_imported_names_its_plugin_and_target() -> None:
    catalogue = make_catalogue({"model": {"gone": "no_such_package.models:Gone"}}, installed=False)
    with pytest.raises(PluginError, match=r"model 'gone' of local 0 cannot be loaded from 'no_such_package"):
        _ = catalogue.find("model", "gone").signature


@pytest.mark.fault("F94")
def test_a_component_without_the_methods_of_its_kind_is_refused() -> None:
    offer = make_catalogue({"model": {"half": Unfinished}}, installed=False).find("model", "half")
    with pytest.raises(PluginError, match=r"a model has predict\(\), Unfinished has not"):
        offer.build({})


@pytest.mark.parametrize(("name", "target"), [("two words", Ridge), ("ridge", 7), ("ridge", "no colon")])
def test_an_offer_that_makes_no_sense_breaks_only_its_hook(name: str, target: Any) -> None:
    catalogue = make_catalogue({"model": {name: target}}, installed=False)
    assert catalogue.names("model") == []
    assert "runner_models() failed: TypeError" in catalogue.problems(catalogue.plugins[-1])[0].summary


def test_a_default_nobody_can_write_stays_the_components() -> None:
    class Typed:
        def __init__(self, dtype: Any = float, copy: bool = True) -> None:
            self.dtype, self.copy = dtype, copy

        fit = predict = lambda self, *_: None

    offer = make_catalogue({"model": {"typed": Typed}}, installed=False).find("model", "typed")
    built = offer.build(offer.check({"copy": False}))
    assert (built.dtype, built.copy) == (float, False)


def test_the_core_adds_columns_to_transforms_and_rows_to_cleaners() -> None:
    catalogue = Catalogue.installed()
    assert "columns" in catalogue.find("transform", "StandardScaler").signature.names()
    assert "rows" in catalogue.find("cleaner", "drop_missing").signature.names()


def test_types_that_a_saved_model_may_hold_come_from_what_is_installed() -> None:
    trusted = make_catalogue({"model": {"ridge": Ridge}}).trusted_types()
    assert f"{__name__}.Ridge" in trusted
    assert "sklearn.linear_model.LogisticRegression" in trusted or any("LogisticRegression" in t for t in trusted)
    assert not any(name.startswith(("os.", "builtins.eval", "subprocess.")) for name in trusted)
