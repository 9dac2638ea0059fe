"""Hydra's and OmegaConf's exceptions -> one message that says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    InterpolationKeyError,
    InterpolationResolutionError,
    MissingMandatoryValue,
    OmegaConfBaseException,
    ReadonlyConfigError,
)

from runner.catalogue import Catalogue
from runner.contracts import KINDS, Kind
from runner.declare.provenance import Origin
from runner.errors import ConfigError, PluginError, RunnerError, did_you_mean

_KINDS = {kind.group: kind for kind in KINDS.values()}
_KEY = re.compile(r"Key '(?P<key>.*?)' (is )?not in '(?P<owner>.*?)'|Key '(?P<plain>.*?)' is not in struct")


def explain(error: Exception, catalogue: Catalogue, origin: Origin) -> RunnerError:
    """Return the message for an exception of Hydra's; one that is ours already is found in its causes."""
    chain = list(_causes(error))
    for link in chain:
        if isinstance(link, RunnerError):
            return link
        if isinstance(link, yaml.YAMLError):
            return ConfigError(_bad_yaml(link))
    for link in chain:
        if isinstance(link, MissingConfigException):
            return _missing(link, catalogue)
        if isinstance(link, OverrideParseException):
            return _unparsed(link)
        if isinstance(link, ReadonlyConfigError):
            return _readonly(link, error, origin)
        if isinstance(link, ConfigKeyError | ConfigAttributeError) and _KEY.search(str(link)):
            return _unknown_key(link, error, catalogue, origin)
        if isinstance(link, InterpolationKeyError | InterpolationResolutionError | MissingMandatoryValue):
            return _unresolved(link, origin)
        if isinstance(link, RecursionError):
            return ConfigError("the config refers to itself without end; look for '${…}' that form a circle")
    return ConfigError(_first_lines(chain[0], chain[-1]))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _bad_yaml(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return str(error)
    return f"{mark.name}: line {mark.line + 1}, column {mark.column + 1}: {getattr(error, 'problem', error)}"


def _first_lines(error: BaseException, cause: BaseException) -> str:
    lines = [line.strip() for link in dict.fromkeys((error, cause)) for line in str(link).splitlines()]
    kept = [line for line in lines if line and not line.startswith(("object_type=", "reference_type="))]
    return "\n  ".join(dict.fromkeys(kept)) or type(error).__name__


def _missing(error: MissingConfigException, catalogue: Catalogue) -> RunnerError:
    group, _, name = (error.missing_cfg_file or "").rpartition("/")
    kind = _KINDS.get(group)
    if kind is not None:
        try:
            catalogue.find(kind.name, name)
        except (ConfigError, PluginError) as told:
            presets = sorted(set(error.options or ()) - {*catalogue.names(kind.name), "none"})
            near = did_you_mean(name, presets)
            hint = near if near.startswith("Did") else f"Presets: {', '.join(presets)}."
            return type(told)(f"{told} {hint}" if presets else str(told))
    if group:
        options = error.options or ()
        return ConfigError(f"{group} {name!r} does not exist. {did_you_mean(name, options)}")
    return ConfigError(_first_lines(error, error))


def _unparsed(error: OverrideParseException) -> ConfigError:
    word = error.override if len(error.override) <= 200 else f"{error.override[:200]}…"
    key, equals, value = word.partition("=")
    message = f"cannot read {word!r}: {error.message.splitlines()[0]}"
    if not equals:
        message += ". A word is of the form key=value; an experiment is named by '+experiment=NAME'."
    if equals and re.search(r"[^\w.,\[\]{}:/+-]", value) and not value.startswith(("'", '"')):
        quoted = value.replace("'", "\\'")
        message += f"\n  A text with special characters is quoted twice: \"{key}='{quoted}'\""
    return ConfigError(message)


def _readonly(link: ReadonlyConfigError, error: Exception, origin: Origin) -> ConfigError:
    key = str(getattr(link, "full_key", "") or "")
    group = key.removesuffix(".use")
    where = origin.of(key)
    told = f"{key}: the component of a group is chosen by '{group}=NAME', not by setting 'use'"
    return ConfigError(f"{told} ({where})" if where else told)


def _unknown_key(link: BaseException, error: Exception, catalogue: Catalogue, origin: Origin) -> ConfigError:
    match = _KEY.search(str(link))
    assert match is not None
    key = match["key"] or match["plain"] or ""
    full_key = str(getattr(link, "full_key", "") or _overridden(error) or key)
    parent = getattr(link, "parent_node", None)
    where = origin.of(full_key)
    place = f"{full_key} ({where})" if where else full_key
    kind = _KINDS.get(full_key.partition(".")[0])
    if kind is None or "." not in full_key:
        return ConfigError(f"{place}: there is no setting {key!r} here. {did_you_mean(key, _siblings(parent))}")
    chosen = _chosen(parent)
    if not chosen or not catalogue.has(kind.name, chosen):
        return _no_component(kind, full_key, place, parent)
    names = catalogue.find(kind.name, chosen).signature.names()
    told = f"{place}: {kind.name} {chosen!r} has no option {key!r}. {did_you_mean(key, names)}"
    others = [] if "command line" in where else _owners(kind.name, key, catalogue)
    if others:
        told += (
            f"\n  The file sets it for another {kind.name} ({', '.join(others[:5])}). Choose one of those, or put a "
            "copy of the experiment without that line into './conf/experiment'."
        )
    return ConfigError(told)


def _owners(kind: str, option: str, catalogue: Catalogue) -> list[str]:
    """Name the components (but not every class of scikit-learn) that have an option."""
    own = [offer for offer in catalogue.offers(kind) if not offer.name[:1].isupper()]
    return [offer.name for offer in own if option in offer.signature.names()]


def _no_component(kind: Kind, full_key: str, place: str, parent: object) -> ConfigError:
    step = full_key.split(".")[1]
    if not kind.many:
        return ConfigError(f"{place}: no {kind.name} is chosen; '{kind.group}=NAME' chooses one.")
    steps = _siblings(parent)
    hint = did_you_mean(step, steps) if steps else f"'+{kind.group}={step}' adds it."
    return ConfigError(f"{place}: there is no step {step!r} among the {kind.group}. {hint}")


def _overridden(error: Exception) -> str | None:
    match = re.search(r"Could not override '([^']+)'", str(error))
    return match[1] if match else None


def _chosen(node: object) -> str | None:
    if isinstance(node, DictConfig) and "use" in node:
        use = str(node["use"])
        return None if use == "none" else use
    return None


def _siblings(node: object) -> list[str]:
    return (
        [str(key) for key in node if key != "hydra"] if isinstance(node, DictConfig) and not node._is_none() else []
    )


def _unresolved(link: OmegaConfBaseException, origin: Origin) -> ConfigError:
    key = str(getattr(link, "full_key", "") or "")
    where = origin.of(key)
    place = f"{key}{f' ({where})' if where else ''}: " if key else ""
    text = str(link).splitlines()[0].removeprefix("KeyError raised while resolving interpolation: ").strip('"')
    if "Environment variable" in text:
        return ConfigError(f"{place}{text.rstrip('.')}. Set it, or give a default: '${{oc.env:NAME,default}}'.")
    if "recursive" in text.lower() or "cycle" in text.lower():
        return ConfigError(f"{place}the values refer to each other in a circle: {text}")
    return ConfigError(f"{place}{text}")


def is_hydras(error: Exception) -> bool:
    """Say whether an exception comes from composing or reading a config, and not from a bug."""
    kinds = (HydraException, OmegaConfBaseException, RecursionError, yaml.YAMLError)
    return any(isinstance(link, kinds) for link in _causes(error))
