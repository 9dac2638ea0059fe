"""The components of this plugin do what their kinds promise."""

import pytest

from runner.testing import checks


@pytest.mark.parametrize("check", checks("runner_example"), ids=str)
def test_conformance(check):
    check()
