"""The executor does what its kind promises."""

import pytest

pytest.importorskip("runner_dask", reason="runner-dask is not installed")

from runner.testing import checks


@pytest.mark.parametrize("check", checks("runner_dask"), ids=str)
def test_conformance(check):
    check()
