"""Filling a template: the page as one text, with every value escaped.

    page = render("run.html", title="digits", sections=sections, …)

Nothing here is imported before a page is wanted; Jinja2 and matplotlib are the extra `report`.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from runner.errors import PluginError

if TYPE_CHECKING:
    from jinja2 import Environment

_NEEDED = {"jinja2": "Jinja2", "matplotlib": "matplotlib"}
#: Controls other than the ends of lines and tabs; what reorders texts (Unicode TR 36, "bidirectional text spoofing").
_TURNING = (
    *range(9),
    *range(11, 13),
    *range(14, 32),
    *range(127, 160),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
)
_UNSEEN = {sign: chr(sign).encode("unicode_escape").decode() for sign in _TURNING}


def check_extra() -> None:
    """Raise PluginError where a library of the extra `report` is missing."""
    missing = [name for module, name in _NEEDED.items() if find_spec(module) is None]
    if missing:
        raise PluginError(
            f"a report needs {' and '.join(missing)}, and this Python has none: pip install 'runner-ml[report]'"
        )


def render(template: str, **values: Any) -> str:
    """Fill a template of this package. Raises PluginError without the extra `report`.

    A value that the template asks for and that is not given is an error, never an empty place.
    """
    check_extra()
    return _environment().get_template(template).render(**values)


def _shown(value: Any) -> Any:
    """Write signs that nobody sees, and that turn the text behind them around or end it, as Python does.

    >>> print(_shown(chr(0x202E) + "gpj.exe"))
    \\u202egpj.exe
    """
    return value.translate(_UNSEEN) if type(value) is str else value


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # the extra may be missing

    return Environment(
        loader=PackageLoader("runner.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
