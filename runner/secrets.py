"""Secrets: named in the declaration, known only to the connector that needs them.

A declaration says `${secret:env:DB_PASSWORD}` or `${secret:file:/run/secrets/db}`. That text travels as it is
through configs, keys and records; a source has it replaced at the moment it connects. Whatever was revealed is
remembered for the whole process, so that it can be taken out of every message again, in the forms it may have on
the way.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import ClassVar

from runner.errors import ConfigError

#: What stands in place of a secret in messages and records.
REDACTED = "[REDACTED]"

_REFERENCE = re.compile(r"\$\{secret:(env|file):([^}]*)\}")
_SECRET_KEY = re.compile(
    r"passw|passphrase|secret|credential|api_?key|access_?key|auth_?token|^token$|authorization", re.I
)
_USER_INFO = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
#: Text this short occurs everywhere; hiding it would only make messages unreadable.
_SHORTEST = 4


class Secrets:
    """The secrets that this process has revealed so far.

    >>> os.environ["ACME_TOKEN"] = "s3cr&t"
    >>> secrets = Secrets()
    >>> secrets.reveal("Bearer ${secret:env:ACME_TOKEN}")
    'Bearer s3cr&t'
    >>> secrets.mask("cannot reach https://acme.org/?token=s3cr%26t")
    'cannot reach https://acme.org/?token=[REDACTED]'
    """

    # One record for all: a message may come out of any part of the process, whoever revealed what it holds.
    _forms: ClassVar[set[str]] = set()

    def reveal(self, text: str) -> str:
        """Replace the references in a text by what they stand for. Raises ConfigError where one is missing."""
        return _REFERENCE.sub(lambda found: self._value(found[1], found[2], found[0]), text)

    def mask(self, text: str) -> str:
        """Return text without any revealed secret, plain or encoded (URL, base64, JSON)."""
        for form in sorted(self._forms, key=len, reverse=True):
            text = text.replace(form, REDACTED)
        return text

    def _value(self, where: str, name: str, reference: str) -> str:
        value = _from_environment(name, reference) if where == "env" else _from_file(name, reference)
        if not value:
            raise ConfigError(f"{reference} is empty; a secret has at least one character.")
        if len(value) >= _SHORTEST:
            self._forms.update(_forms(value))
        return value


def masked(text: str) -> str:
    """Return text without any secret that this process has revealed."""
    return Secrets().mask(text)


def holds_plain_secret(key: str, value: str) -> bool:
    """Say whether a setting seems to hold a secret itself instead of naming it. key: the last part of its name.

    >>> holds_plain_secret("password", "hunter2"), holds_plain_secret("password", "${secret:env:DB_PASSWORD}")
    (True, False)
    >>> holds_plain_secret("url", "postgresql://ann:hunter2@db/sales")
    True
    """
    left = _REFERENCE.sub("", value)
    if _SECRET_KEY.search(key):
        return bool(left) and left == value
    return _USER_INFO.search(_REFERENCE.sub("@", value).replace(":@@", "@")) is not None


def _from_environment(name: str, reference: str) -> str:
    if name not in os.environ:
        raise ConfigError(f"{reference}: the environment has no variable {name!r}. Set it before the run.")
    return os.environ[name]


def _from_file(name: str, reference: str) -> str:
    try:
        return Path(name).expanduser().read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise ConfigError(f"{reference}: the file cannot be read: {reason}.") from None


def _forms(value: str) -> set[str]:
    """List how a value may be written: as it is, in a URL, in JSON, in base64 at any offset of a longer text."""
    import base64  # 4 ms that only a declaration with secrets is worth
    from urllib.parse import quote, quote_plus

    forms = {
        value,
        quote(value),
        quote(value, safe=""),
        quote_plus(value),
        json.dumps(value)[1:-1],
        repr(value)[1:-1],
    }
    content = value.encode()
    for offset in range(3):
        # The characters at either end depend on what stands beside the value; those between do not.
        encoded = base64.b64encode(b"\0" * offset + content).decode().rstrip("=")
        settled = encoded[(offset * 8 + 5) // 6 : len(encoded) - ((len(content) + offset) % 3 != 0)]
        forms |= {settled, settled.translate(str.maketrans("+/", "-_"))}
    return {form for form in forms if len(form) >= _SHORTEST}
