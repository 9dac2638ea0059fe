from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from runner import hookimpl
from runner.contracts import API_VERSION
from runner.deprecated import deprecated
from runner.discovery import discover, plugin_of


@dataclass
class Point:
    """An entry point whose loading does what the test says."""

    name: str
    dist: Any
    module: Any
    value: str = "acme.hooks"

    def load(self) -> Any:
        return self.module() if callable(self.module) and not isinstance(self.module, type) else self.module


def dist(name: str, version: str = "1.0") -> SimpleNamespace:
    return SimpleNamespace(name=name, version=version)


class Sound:
    @staticmethod
    @hookimpl
    def runner_cleaners() -> dict[str, str]:
        return {"shout": "acme.cleaners:Shout"}


def raising(error: BaseException) -> Any:
    def load() -> Any:
        raise error

    return load


@pytest.mark.fault("F91")
@pytest.mark.parametrize("error", [ImportError("no module named 'torhc'"), ValueError("boom"), SystemExit(3)])
def test_a_plugin_that_raises_at_import_is_listed_as_broken_and_the_others_work(error: BaseException) -> None:
    broken, sound = discover([Point("bad", dist("acme-bad"), raising(error)), Point("good", dist("b-good"), Sound)])
    assert broken.problem is not None
    assert type(error).__name__ in broken.problem.summary
    assert "Traceback" in broken.problem.details
    assert sound.problem is None
    assert set(sound.hooks) == {"runner_cleaners"}


def test_an_interrupt_while_loading_is_not_taken_for_a_broken_plugin() -> None:
    with pytest.raises(KeyboardInterrupt):
        discover([Point("bad", dist("acme"), raising(KeyboardInterrupt()))])


@pytest.mark.fault("F92")
def test_two_distributions_with_one_entry_point_name_are_both_there_and_contested() -> None:
    points = [Point("acme", dist("acme-a", "1.0"), Sound), Point("acme", dist("acme-b", "2.0"), Sound)]
    for order in (points, points[::-1]):
        plugins = discover(order)
        assert [(p.distribution, p.version, p.contested) for p in plugins] == [
            ("acme-a", "1.0", True),
            ("acme-b", "2.0", True),
        ]


@pytest.mark.fault("F93")
def test_a_misspelt_hook_is_told_with_the_nearest_name() -> None:
    class Misspelt:
        @staticmethod
        @hookimpl
        def runner_modelz() -> dict[str, str]:
            return {}

    problem = plugin_of(Misspelt).problem
    assert problem is not None
    assert "'runner_modelz' does not exist. Did you mean 'runner_models'" in problem.summary


@pytest.mark.fault("F93")
def test_a_hook_with_a_wrong_signature_is_told_with_its_definition() -> None:
    class Wrong:
        @staticmethod
        @hookimpl
        def runner_models(registry: Any) -> dict[str, str]:
            return {}

    problem = plugin_of(Wrong).problem
    assert problem is not None
    assert (
        problem.summary == "TypeError: hook 'runner_models' is called without arguments, and this one needs registry"
    )


def test_what_a_plugin_lacks_is_told_with_the_command_that_its_distribution_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runner.lacking.requires", lambda name: ["fastlib>=2; extra == 'fast'", "slowlib>=1"])
    for name, mend in (("fastlib", "pip install 'acme[fast]'"), ("slowlib", "pip install 'slowlib>=1'"), ("x", "")):
        (plugin,) = discover([Point("acme", dist("acme"), raising(ModuleNotFoundError("no", name=f"{name}.core")))])
        assert plugin.problem is not None
        assert plugin.problem.mend == mend


def test_a_hook_without_its_marker_is_told() -> None:
    class Unmarked:
        @staticmethod
        def runner_models() -> dict[str, str]:
            return {}

    problem = plugin_of(Unmarked).problem
    assert problem is not None
    assert "lacks '@runner.hookimpl'" in problem.summary


def test_a_hook_of_a_newer_runner_may_be_marked_optional() -> None:
    class Newer:
        @staticmethod
        @hookimpl(optionalhook=True)
        def runner_teleporters() -> dict[str, str]:
            return {}

    assert plugin_of(Newer).problem is None


@pytest.mark.fault("F95")
@pytest.mark.parametrize(
    ("wanted", "upgraded"), [(API_VERSION, None), ("1.99", "runner-ml"), ("2.0", "runner-ml"), ("0.9", "acme-ml")]
)
def test_a_plugin_says_which_api_it_needs_and_is_told_what_brings_it(wanted: str, upgraded: str | None) -> None:
    problem = plugin_of(type("Versioned", (), {"api_version": wanted}), distribution="acme-ml").problem
    assert (problem is None) is (upgraded is None)
    if problem is not None:
        told = (
            f"needs runner's plugin API {wanted}, this runner offers {API_VERSION}: pip install --upgrade {upgraded}"
        )
        assert problem.summary == told
        assert problem.mend == f"pip install --upgrade {upgraded}"


@pytest.mark.fault("F95")
@pytest.mark.parametrize("wanted", ["new", "1", 1, 1.0, None])
def test_an_api_version_of_another_form_is_told_with_the_form(wanted: object) -> None:
    problem = plugin_of(type("Versioned", (), {"api_version": wanted})).problem
    assert problem is not None
    assert problem.summary == f"says api_version = {wanted!r}, which is not of the form '1.0'"


@pytest.mark.fault("F95")
def test_what_a_plugin_uses_that_will_go_is_told_beside_it() -> None:
    @deprecated(since="0.1", gone="0.3", instead="newer")
    def older() -> None: ...

    def load() -> Any:
        older()
        return Sound

    (plugin,) = discover([Point("acme", dist("acme"), load)])
    assert plugin.problem is None
    assert plugin.remarks == (
        "while loading, it used what will go: older is deprecated since runner 0.1 and will be gone in 0.3. "
        "Use newer instead.",
    )


@pytest.fixture
def _sane() -> Iterator[None]:
    folder, handler, filters = os.getcwd(), signal.getsignal(signal.SIGINT), warnings.filters[:]
    yield
    os.chdir(folder)
    signal.signal(signal.SIGINT, handler)
    warnings.filters[:] = filters


@pytest.mark.fault("F94")
@pytest.mark.usefixtures("_sane")
def test_what_a_plugin_changes_in_the_process_is_put_back_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    folder, handler = os.getcwd(), signal.getsignal(signal.SIGINT)

    def load() -> Any:
        print("welcome to acme")
        os.chdir("/")
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        warnings.simplefilter("ignore")
        return Sound

    (plugin,) = discover([Point("acme", dist("acme"), load)])
    assert plugin.problem is None
    assert os.getcwd() == folder
    assert signal.getsignal(signal.SIGINT) is handler
    assert capsys.readouterr().out == ""
    told = " ".join(plugin.remarks)
    for change in ("working directory", "signal handlers", "warning filters", "welcome to acme"):
        assert change in told


@pytest.mark.parametrize("name", ["acme", "acme-dist", "acme-dist:acme"])
def test_a_plugin_can_be_hidden_by_any_of_its_names(name: str) -> None:
    points = [Point("acme", dist("acme-dist"), Sound), Point("other", dist("other-dist"), Sound)]
    assert [plugin.name for plugin in discover(points, disabled=[name])] == ["other"]
