"""The search does what its kind promises."""

import pytest

pytest.importorskip("runner_optuna", reason="runner-optuna is not installed")

from runner.testing import checks


@pytest.mark.parametrize("check", checks("runner_optuna"), ids=str)
def test_conformance(check):
    check()
