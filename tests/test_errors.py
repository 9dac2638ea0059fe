from __future__ import annotations

from runner.errors import ConfigError, ExitCode, RunnerError, did_you_mean


def test_every_error_of_the_users_has_an_exit_code() -> None:
    codes = {kind.__name__: kind.exit_code for kind in RunnerError.__subclasses__()}
    assert codes["ConfigError"] == 2
    assert codes["DataError"] == 3
    assert codes["PluginError"] == 4
    assert codes["ResourceError"] == 5
    assert codes["IntegrityError"] == 6
    assert ConfigError("x").exit_code is ExitCode.CONFIG


def test_nothing_near_and_few_offered_lists_them() -> None:
    assert did_you_mean("zzz", ["b", "a"]) == "Offered: a, b."


def test_many_offered_are_cut_with_their_count() -> None:
    assert did_you_mean("zzz", [f"name{n:02}" for n in range(30)]).endswith("… (30 in all).")


def test_nothing_offered_is_said() -> None:
    assert did_you_mean("x", []) == "Nothing is offered."
