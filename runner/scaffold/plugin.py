"""A plugin package to start from: everything that makes it installable, tested and used by an experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import groupby

from runner.catalogue import Catalogue
from runner.contracts import API_VERSION, KINDS
from runner.errors import ConfigError
from runner.scaffold.component import NewComponent, check_component, check_name
from runner.scaffold.experiments import experiments
from runner.scaffold.hook_module import new_hook
from runner.scaffold.templates import filled, text_of

#: Components that import these make their package depend on them.
_LIBRARIES = {"cleaner": "pandas", "transform": "scikit-learn", "model": "scikit-learn"}


@dataclass(frozen=True)
class NewPlugin:
    """A plugin. name: its entry point's, "acme"; the distribution is "runner-acme", the package "runner_acme"."""

    name: str
    components: tuple[NewComponent, ...]

    @classmethod
    def of(cls, name: str, kinds: Sequence[tuple[str, str | None]]) -> NewPlugin:
        """Make one of (kind, name of the component or None for "acme_<kind>"), in the order of the kinds.

        Raises ConfigError for a name that cannot be, or a component named twice.
        """
        if name.startswith(("runner_", "runner-")) or name == "runner":
            raise ConfigError(
                f"{name!r}: give the name without 'runner', such as {name[7:] or 'acme'!r}; the package is called "
                "'runner_NAME' anyway."
            )
        check_name(name, "plugin")
        package = f"runner_{name}"
        chosen = [NewComponent(kind, called or f"{name}_{kind}", package) for kind, called in kinds]
        order = list(KINDS)
        components = tuple(sorted(chosen, key=lambda component: order.index(component.kind)))
        names = [component.name for component in components]
        twice = sorted({called for called in names if names.count(called) > 1})
        if twice:
            raise ConfigError(
                f"two components are called {twice[0]!r}; give one another name, as in '--kind cleaner:x'"
            )
        return cls(name, components)

    @property
    def package(self) -> str:
        """The import package."""
        return f"runner_{self.name}"

    @property
    def distribution(self) -> str:
        """What is installed, and the folder's name."""
        return f"runner-{self.name.replace('_', '-')}"

    def files(self) -> Mapping[str, str]:
        """Return relative path -> text of the whole package."""
        own = experiments(self.name, self.components)
        words = {
            "plugin": self.name,
            "package": self.package,
            "distribution": self.distribution,
            "summary": f"The plugin {self.name} for runner.",
            "more": "".join(f', "{library}"' for library in self._libraries()),
            "api_version": API_VERSION,
            "offers": "\n".join(f"- the {component.kind} `{component.name}`" for component in self.components),
            "experiment": next(iter(own)),
            "experiments": repr(list(own)).replace("'", '"'),
        }
        hooks = [new_hook(list(group)) for _, group in groupby(self.components, key=lambda one: one.kind)]
        texts = {
            "pyproject.toml": filled("pyproject.toml", words),
            "README.md": filled("README.md", words),
            ".gitignore": text_of("gitignore"),
            f"{self.package}/__init__.py": filled("init.py", words),
            f"{self.package}/hooks.py": "\n\n".join([filled("hooks.py", words), *hooks]),
            f"{self.package}/conf/__init__.py": text_of("conf_init.py"),
            **{f"{self.package}/conf/experiment/{name}.yaml": text for name, text in own.items()},
            "tests/test_experiment.py": filled("experiment_test.py", words),
        }
        for component in self.components:
            texts.update(component.files())
        return texts

    def _libraries(self) -> list[str]:
        return sorted({_LIBRARIES[one.kind] for one in self.components if one.kind in _LIBRARIES})


def check_plugin(plugin: NewPlugin, catalogue: Catalogue) -> None:
    """Refuse names that are taken. Raises ConfigError naming who has them."""
    for installed in catalogue.plugins:
        if plugin.name in (installed.name, installed.distribution) or installed.distribution == plugin.distribution:
            raise ConfigError(f"{installed} is a plugin of the name {installed.name!r} already. Choose another name.")
    spec = find_spec(plugin.package)
    if spec is not None:
        raise ConfigError(f"a package {plugin.package!r} is installed already ({spec.origin}). Choose another name.")
    for component in plugin.components:
        check_component(component, catalogue)
