"""A hook that is no kind's and is broken costs only itself, and is told."""

import pytest

from runner import hookimpl
from runner.catalogue import Catalogue
from runner.discovery import plugin_of
from runner.other_hooks import OTHERS, given


def plugin(hook, returned):
    def call():
        if isinstance(returned, Exception):
            raise returned
        return returned

    call.__name__ = hook
    return plugin_of(type("Acme", (), {hook: staticmethod(hookimpl(call))}), name="acme", distribution="acme-ml")


@pytest.mark.parametrize(
    ("hook", "returned", "told"),
    [
        ("runner_conf_dirs", ValueError("boom"), "runner_conf_dirs() failed: ValueError: boom"),
        ("runner_conf_dirs", "acme.conf", "gives 'acme.conf', and a list of import packages is due, such as"),
        ("runner_conf_dirs", ["no.such"], "but the config package 'no.such' cannot be found: it has to be a folder"),
        ("runner_trusted_types", None, "gives None, and a list of names is due"),
        ("runner_trusted_types", "acme.Type", "gives 'acme.Type', and a list of names is due"),
        ("runner_trainers", ["acme:Model"], "and a mapping from 'package.module:Class' is due"),
        ("runner_onnx_converters", {"acme.Step": print}, "and a mapping from 'package.module:Class' is due"),
    ],
)
@pytest.mark.fault("F91")
def test_what_fails_or_is_no_answer_is_left_out_and_told(hook, returned, told):
    broken = plugin(hook, returned)
    value, problem = given(broken, hook)
    assert not value
    assert told in problem.summary
    catalogue = Catalogue([broken])
    assert catalogue.left_out(hook) == [(broken, problem)]
    assert catalogue.problems(broken) == [problem]
    assert catalogue.conf_dirs() == []
    assert catalogue.trusted_types() == frozenset()
    assert catalogue.onnx_converters() == {}


def test_what_is_sound_is_given_as_it_is():
    assert given(plugin("runner_conf_dirs", ("runner.conf",)), "runner_conf_dirs") == (("runner.conf",), None)
    assert given(plugin("runner_trainers", {"a:B": "c:D"}), "runner_trainers") == ({"a:B": "c:D"}, None)
    assert given(plugin("runner_trainers", {}), "runner_conf_dirs") == ((), None)


def test_every_hook_that_is_no_kinds_is_here():
    from runner import hookspecs
    from runner.contracts import KINDS

    hooks = {name for name in vars(hookspecs) if name.startswith("runner_")}
    assert hooks - {kind.hook for kind in KINDS.values()} == set(OTHERS)
