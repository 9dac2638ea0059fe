from __future__ import annotations

import pytest

from runner.errors import ConfigError, DataError, IntegrityError, PluginError, ResourceError, RunnerError
from runner.execute.components import ComponentError
from runner.trials.mistakes import kind_of
from runner.trials.rows import InputChanged
from runner_builtin.models.gradient_models import UnfitData


class Strange(RunnerError):
    """Of no kind that is known."""


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ConfigError, "config"),
        (DataError, "data"),
        (UnfitData, "data"),
        (PluginError, "plugin"),
        (ComponentError, "component"),
        (ResourceError, "resources"),
        (IntegrityError, "storage"),
        (InputChanged, "input_changed"),
        (Strange, "strange"),
    ],
)
def test_a_mistake_goes_by_the_nearest_class_that_has_a_name(kind: type[RunnerError], name: str) -> None:
    assert kind_of(kind("message")) == name
