"""The second check: a component's settings against its signature, before anything runs.

Hydra lets `+source.typo=1` through and knows neither bounds nor `Literal`; YAML turns an unquoted `no`
into False. So the resolved settings are checked once more with pydantic, strictly: a number stays a
number, a text a text. The same check serves Hydra, `runner.run({...})` and the tests of plugin authors.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from runner.errors import ConfigError, did_you_mean
from runner.signature import REQUIRED, UNWRITTEN, Option

if TYPE_CHECKING:
    from pydantic import ValidationError

#: YAML 1.1 reads these words, unquoted, as something else than text.
_YAML_WORDS = {True: "yes, on or true", False: "no, off or false"}


class SettingError(ConfigError):
    """One setting is wrong. component: how messages call it; key: of the setting; problem: what is wrong.

    path: where the declaration holds the component, such as "model"; empty for a general setting.
    """

    def __init__(self, component: str, key: str, problem: str, path: str = "") -> None:
        self.component, self.problem, self.path = component, problem, path
        self.key = f"{path}.{key}" if path else key
        super().__init__(f"{self.key}: {component} {problem}" if path else f"{component} {problem}")

    def at(self, path: str) -> SettingError:
        """Return the same error with the place of the component in the declaration."""
        return SettingError(self.component, self.key, self.problem, path)


def check_settings(
    component: str,
    options: tuple[Option, ...],
    settings: Mapping[str, Any],
    *,
    is_open: bool = False,
    judged: bool = False,
    partial: bool = False,
) -> dict[str, Any]:
    """Return the settings as the constructor wants them (2 -> 2.0, a list -> a tuple).

    component: how messages call it, e.g. "model 'softmax'". judged: another process has passed these very
    values already; only what got lost on the way (tuples) is restored. partial: somebody else gives what is missing.
    Raises SettingError.
    """
    known = {option.name: option for option in options}
    unknown = [name for name in settings if name not in known]
    if unknown and not is_open:
        name = unknown[0]
        raise SettingError(component, name, f"has no option {name!r}. {did_you_mean(name, known)}")
    checked = {name: settings[name] for name in unknown}
    for name, option in known.items():
        if name in settings:
            value = settings[name]
            checked[name] = _tuples(value, option) if judged else _check_one(component, option, value)
        elif option.required and not partial:
            raise SettingError(component, name, _needed(option))
    return checked


def _check_one(component: str, option: Option, value: Any) -> Any:
    if isinstance(value, str) and value == "???":
        raise SettingError(component, option.name, _needed(option))
    if _same(value, option.default):
        return option.default
    from pydantic import ValidationError  # 80 ms that a judged declaration need not pay

    value = _tuples(value, option)
    try:
        return _judge(option.annotation)(value=value).value
    except ValidationError as error:
        raise SettingError(component, option.name, _told(option, value, error)) from None


def _needed(option: Option) -> str:
    told = f"needs option {option.name!r}, which has no default"
    return f"{told}. {option.name}: {option.about}" if option.about else told


def _judge(annotation: Any) -> Any:
    """Return a model with one field of this type. Making one takes half a millisecond, and a sweep makes few."""
    try:
        return _kept_judge(annotation, repr(annotation))
    except TypeError:  # an annotation that cannot be hashed
        return _new_judge(annotation)


@lru_cache(maxsize=512)
def _kept_judge(annotation: Any, written: str) -> Any:
    # int | float equals float | int, and messages tell the alternatives in order: hence how it is written
    del written
    return _new_judge(annotation)


def _new_judge(annotation: Any) -> Any:
    from pydantic import ConfigDict, create_model  # see `_check_one`

    strict = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True, protected_namespaces=())
    field: Any = (annotation, ...)
    return create_model("Setting", __config__=strict, value=field)


def _same(value: Any, default: Any) -> bool:
    """Say whether a setting only repeats the default, so that an untyped default need not pass its own check."""
    if default is REQUIRED or default is UNWRITTEN:
        return False
    if isinstance(default, tuple) and isinstance(value, list):
        value = tuple(value)
    return type(value) is type(default) and value == default


def _tuples(value: Any, option: Option) -> Any:
    """YAML has no tuples: a list given for an option that is a tuple by type or by default becomes one."""
    if not isinstance(value, list):
        return value
    wanted = (option.annotation, *typing.get_args(option.annotation))
    is_tuple = any(part is tuple or typing.get_origin(part) is tuple for part in wanted)
    untyped_tuple = option.annotation is Any and isinstance(option.default, tuple)
    return tuple(value) if is_tuple or untyped_tuple else value


def _told(option: Option, value: Any, error: ValidationError) -> str:
    """Say what the option takes: all of its alternatives, where it has several."""
    told = error.errors()
    first = told[0]
    where = "".join(f"[{part!r}]" for part in first["loc"][1:] if isinstance(part, int))
    wanted = " or ".join(dict.fromkeys(_wanted(one["msg"]) for one in told))
    message = f"takes {wanted} for '{option.name}{where}', got {type(value).__name__} {_shortened(value)}"
    if first["type"] == "string_type" and isinstance(value, bool):
        return f"{message}; YAML reads an unquoted {_YAML_WORDS[value]} as {value}: quote it"
    if first["type"] == "string_type" and isinstance(value, int | float):
        return f"{message}; quote it if digits are meant as text (unquoted, 012 is 10 and 12:30 is 750)"
    return message


def _wanted(message: str) -> str:
    """Put pydantic's words for what it expected into ours.

    >>> _wanted("Input should be a valid integer"), _wanted("Input should be greater than 0")
    ('a whole number', 'greater than 0')
    """
    words = message.removeprefix("Input should be ").removeprefix("a valid ").removeprefix("an ")
    return {"string": "text", "integer": "a whole number", "number": "a number"}.get(words, words)


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}… ({len(text):,} characters)"
