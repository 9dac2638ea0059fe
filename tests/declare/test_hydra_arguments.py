"""Hydra's arguments are read where argparse looks into each help, as it does from Python 3.14 on."""

import argparse

import pytest

from runner.declare.hydra_arguments import args_parser


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> object:
    def looks(self: object, action: argparse.Action) -> None:
        if action.help is not None and "%" in action.help and not action.help.count("%%"):
            raise ValueError("badly formed help string")

    monkeypatch.setattr(argparse.ArgumentParser, "_check_help", looks, raising=False)
    return looks


def test_a_help_that_is_no_text_is_not_looked_into(strict: object) -> None:
    arguments = args_parser().parse_intermixed_args(["+experiment=x", "-m", "seed=1"])
    assert (arguments.overrides, arguments.multirun) == (["+experiment=x", "seed=1"], True)
    assert argparse.ArgumentParser._check_help is strict  # type: ignore[attr-defined]  # for everybody else


def test_where_it_is_shown_every_help_is_a_text(strict: object) -> None:
    helps = [action.help for action in args_parser(shown=True)._actions]
    assert all(isinstance(one, str) for one in helps if one is not None)
    assert any("shell completion" in str(one) for one in helps)
