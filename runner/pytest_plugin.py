"""What pytest gets from us: fixtures, and the conformance checks of a plugin as tests of its own.

```toml
[tool.pytest.ini_options]
runner_checks = "acme"                                        # every component that the plugin offers
runner_samples = ["source.warehouse: {table: orders}"]        # settings for those that need some; again for more
runner_leave_out = ["model.huge"]                             # not checked
```

Each check is a test of the ini file: `pytest "pyproject.toml::cleaner shout: does not change its input"`. Loaded by
every pytest in whose environment we are installed, so this module imports nothing before somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from runner.conformance.suite import Check
    from runner.fake_server import FakeServer
    from runner.store.store import Store
    from runner.testing import Project


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings."""
    parser.addini("runner_checks", "plugins of runner whose components are checked", type="args", default=[])
    parser.addini("runner_samples", "'kind.name: {option: value}', for components that need options", type="linelist")
    parser.addini("runner_leave_out", "components that are not checked, as 'kind.name'", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Collect the checks with `testpaths`, too, which hardly anybody would think of naming the ini file in."""
    if not config.getini("runner_checks"):
        return
    if config.inipath is None:
        raise pytest.UsageError("runner_checks is read from an ini file, such as pyproject.toml, and there is none")
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        config.args.append(str(config.inipath))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the ini file for the place of the checks, where it asks for some."""
    if file_path != parent.config.inipath or not parent.config.getini("runner_checks"):
        return None
    place: pytest.Collector = ChecksFile.from_parent(parent, path=file_path)
    return place


class ChecksFile(pytest.File):
    """The ini file: it holds the checks of the plugins that it names."""

    def collect(self) -> Iterator[CheckItem]:
        """Give each check as a test."""
        from runner.catalogue import Catalogue  # the ini file asks for it
        from runner.conformance.suite import checks
        from runner.errors import RunnerError

        config = self.config
        catalogue = Catalogue.installed(folder=config.rootpath)
        try:
            samples = _samples(config.getini("runner_samples"))
            found = [
                check
                for plugin in config.getini("runner_checks")
                for check in checks(
                    plugin, options=samples, leave_out=config.getini("runner_leave_out"), catalogue=catalogue
                )
            ]
        except RunnerError as error:
            raise self.CollectError(str(error)) from None
        for check in found:
            yield CheckItem.from_parent(self, name=str(check), check=check)


class CheckItem(pytest.Item):
    """One promise of one component."""

    def __init__(self, *, check: Check, **rest: Any) -> None:
        super().__init__(**rest)
        self.check = check

    def runtest(self) -> None:
        """Check it."""
        self.check()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Say what was found; a traceback through our own files would not help."""
        if isinstance(excinfo.value, AssertionError):
            cause = excinfo.value.__cause__
            return str(excinfo.value) + (f"\n\n{_traceback(cause)}" if cause is not None else "")
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Say where it stands."""
        return self.path, None, self.name


def _traceback(error: BaseException) -> str:
    import traceback  # only for a component that raises

    return "".join(traceback.format_exception(error))


def _samples(lines: list[str]) -> Mapping[str, Any]:
    """Read lines such as "source.csv: {path: a.csv}"; a component may have several. Raises ConfigError."""
    import yaml  # the ini file asks for it

    from runner.errors import ConfigError

    samples: dict[str, list[Mapping[str, Any]]] = {}
    for line in lines:
        try:
            told = yaml.safe_load(line)
        except yaml.YAMLError:
            told = None
        if not isinstance(told, Mapping) or not all(isinstance(value, Mapping) for value in told.values()):
            raise ConfigError(
                f"runner_samples: {line!r} is not of the form 'kind.name: {{option: value}}', with a space"
            )
        for component, settings in told.items():
            samples.setdefault(str(component), []).append(settings)
    return samples


# --- fixtures ----------------------------------------------------------------------------------------------


@pytest.fixture
def runner_project(tmp_path: Path) -> Project:
    """Give a small project: `data/rows.csv`, the experiment `tiny` that learns from it, and commands to run there."""
    from runner.testing import TINY, Project  # pandas and scikit-learn, for those who ask

    return Project(tmp_path, TINY)


@pytest.fixture
def runner_http() -> Iterator[FakeServer]:
    """Give an HTTP server on loopback that answers what a test tells it to, and remembers what it was asked."""
    from runner.fake_server import FakeServer

    with FakeServer() as server:
        yield server


@pytest.fixture
def runner_store(tmp_path: Path) -> Store:
    """Give an empty store of stage results."""
    from runner.store.store import Store  # NumPy

    return Store(tmp_path / "runner_store")
