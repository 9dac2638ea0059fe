from types import SimpleNamespace

from runner import hookimpl
from runner.catalogue import Catalogue
from runner.discovery import discover, plugin_of
from runner.doctor.plugins import plugins


class Broken:
    @staticmethod
    @hookimpl
    def runner_models():
        raise ValueError("boom")


class Sound:
    @staticmethod
    @hookimpl
    def runner_metrics():
        return {"luck": "acme:Luck"}


def told(*found):
    return [(finding.state, finding.what, finding.mend) for finding in plugins(Catalogue(found))]


def test_a_broken_hook_is_wrong_and_the_sound_plugin_is_counted():
    broken = plugin_of(Broken, name="bad", distribution="acme-bad")
    sound = plugin_of(Sound, name="good", distribution="acme-good")
    first, second = told(broken, sound)
    assert first == (
        "wrong",
        "plugin 'bad' of acme-bad 0 is broken: runner_models() failed: ValueError: boom",
        "pip install --upgrade acme-bad, or hide it: RUNNER_DISABLE=bad",
    )
    assert second == ("ok", "plugin 'good' of acme-good 0 offers 1 components", "")


def test_two_distributions_with_one_entry_point_are_wrong_and_two_of_one_name_a_note():
    points = [
        SimpleNamespace(name="acme", value="a", dist=SimpleNamespace(name=name, version="1"), load=lambda: Sound)
        for name in ("acme-a", "acme-b")
    ]
    found = told(*discover(points))
    assert [state for state, _, _ in found] == ["wrong", "wrong", "note"]
    assert found[2][1:] == (
        "metric 'luck' is offered by acme-a 1 and acme-b 1",
        "choose 'acme-a:luck' or 'acme-b:luck'",
    )
