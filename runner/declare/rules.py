"""What a command line and a composed config may not ask for, whatever the components say.

Run folders stay inside the outputs folder, configs come from where the code says, and the name of an
option is a name and not a path. `--allow-outside` lifts the first two for someone who means it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from runner.contracts import KINDS
from runner.errors import ConfigError
from runner.record.redaction import redact_command
from runner.secrets import holds_plain_secret

_GROUPS = {kind.group for kind in KINDS.values()} | {"experiment"}
_ENVIRONMENT = re.compile(r"\$\{oc\.env:\s*['\"]?(\w+)")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:+-]*(/[A-Za-z0-9_][A-Za-z0-9_.:+-]*)*")


def check_words(words: Sequence[str]) -> None:
    """Refuse override words that hide a path in a name or carry a secret. Raises ConfigError."""
    for word in words:
        key, equals, value = word.lstrip("+~").partition("=")
        group = key.partition("@")[0]
        if not equals:
            continue
        if group in _GROUPS and "(" not in value:
            for name in _names(value):
                if name in ("null", "~"):
                    raise ConfigError(f"{group}={value}: to choose nothing, write '{group}=none'")
                if not _NAME.fullmatch(name) or ".." in name:
                    raise ConfigError(f"{group}: {name!r} is no name; options are chosen by name, never by path")
        elif redact_command([word]) != [word]:
            raise ConfigError(
                f"{group}: a secret on the command line is kept by the shell's history and by the run folder. "
                f"Put it into a variable of the environment and write '{group}=${{secret:env:NAME}}' in the config."
            )


def check_references(config: DictConfig) -> None:
    """Refuse a secret that is read into the config, where every record would hold it. Raises ConfigError."""
    text = repr(OmegaConf.to_container(config, resolve=False))
    for name in _ENVIRONMENT.findall(text):
        if holds_plain_secret(name, "x"):
            raise ConfigError(
                f"'${{oc.env:{name}}}' would write a secret into every record of the run. "
                f"Write '${{secret:env:{name}}}', which only the component that needs it reads."
            )


def _names(value: str) -> list[str]:
    """Split `a,b` and `[a,b],[c]` into names, quotes removed."""
    return [part.strip().strip("'\"") for part in re.split(r"[,\[\]]", value) if part.strip()]


def check_places(config: DictConfig, folder: Path, words: Sequence[str], *, allow_outside: bool) -> None:
    """Keep outputs inside the outputs folder and configs inside the search path. Raises ConfigError."""
    if allow_outside:
        return
    searched = OmegaConf.to_container(config.hydra.searchpath)
    if searched:
        raise ConfigError(
            f"hydra.searchpath: {searched!r} would load configs from elsewhere. Use './conf', '--config-dir', "
            "or add '--allow-outside' if you trust that place."
        )
    root = _resolved(folder, config.outputs)
    given = any(word.startswith("outputs=") for word in words)
    if not given and not root.is_relative_to(folder.resolve()):
        raise ConfigError(
            f"outputs: {str(config.outputs)!r} in a config lies outside of {folder}. "
            "Give it on the command line ('outputs=…'), or add '--allow-outside'."
        )
    for key, place in _places(config).items():
        if not _resolved(folder, place).is_relative_to(root):
            raise ConfigError(
                f"{key}: {place!r} lies outside of the outputs folder {root}. "
                "Choose a place inside, another 'outputs=…', or add '--allow-outside'."
            )


def _places(config: DictConfig) -> dict[str, str]:
    sweep = str(config.hydra.sweep.dir)
    places = {"hydra.run.dir": str(config.hydra.run.dir), "hydra.sweep.dir": sweep}
    subdir = OmegaConf.to_container(config.hydra.sweep, resolve=False)["subdir"]  # type: ignore[index, call-overload]
    if "${" not in str(subdir):  # one that names the job can only be read inside the job
        places["hydra.sweep.subdir"] = str(Path(sweep, str(subdir)))
    return places


def _resolved(folder: Path, place: Any) -> Path:
    return Path(folder, str(place)).resolve()
