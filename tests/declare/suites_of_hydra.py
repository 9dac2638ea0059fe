"""Hydra's own suites for launchers, pointed at ours; `test_hydra_suites.py` runs this."""

from __future__ import annotations

import pytest
from hydra.core.plugins import Plugins

Plugins.instance()  # before the first test: the suites put back what they found

from hydra.test_utils.launcher_common_tests import (  # noqa: E402
    BatchedSweeperTestSuite,
    IntegrationTestSuite,
    LauncherTestSuite,
)


@pytest.mark.parametrize(
    ("launcher_name", "overrides"),
    [
        ("runner", []),
        ("runner", ["hydra/sweeper=runner"]),
        ("runner", ["hydra/sweeper=runner", "hydra.launcher.workers=2"]),
        ("basic", ["hydra/sweeper=runner"]),
    ],
)
class TestLauncher(LauncherTestSuite):
    pass


@pytest.mark.parametrize(
    ("launcher_name", "overrides"),
    [
        ("runner", ["hydra/sweeper=basic", "hydra.sweeper.max_batch_size=2"]),
        ("runner", ["hydra/sweeper=runner", "hydra.sweeper.max_batch_size=2", "hydra.launcher.workers=2"]),
        ("basic", ["hydra/sweeper=runner", "hydra.sweeper.max_batch_size=2"]),
    ],
)
class TestBatches(BatchedSweeperTestSuite):
    pass


_QUIET = ["hydra/job_logging=hydra_debug", "hydra/job_logging=disabled"]


@pytest.mark.parametrize(
    ("task_launcher_cfg", "extra_flags"), [({}, ["-m", *_QUIET, "hydra/launcher=runner", "hydra/sweeper=runner"])]
)
class TestPrograms(IntegrationTestSuite):
    pass
