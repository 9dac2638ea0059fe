"""Keeping secrets out of what a run writes down.

>>> redact_command(["runner", "source.password=hunter2", "model.l2=1e-5", "--token", "abc"])
['runner', 'source.password=[REDACTED]', 'model.l2=1e-5', '--token', '[REDACTED]']
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from runner.record.plain import plain
from runner.secrets import REDACTED as REDACTED
from runner.secrets import holds_plain_secret

_WORDS = "pass|pwd|token|secret|key|auth|cred"
_SECRET = re.compile(_WORDS, re.IGNORECASE)
# Options of text models that only sound like secrets; hiding them would make the record useless.
_HARMLESS = re.compile(r"passthrough|token_pattern|tokeni[sz]\w*|(?:max|min|num|n)_tokens|keywords?", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_NESTED = re.compile(
    rf"(?<![\w.\-])([\w.\-]*(?:{_WORDS})[\w.\-]*)(['\"]?\s*[:=]\s*)"
    r"(\"[^\"]*\"|'[^']*'|\$\{[^}]*\}|[^,{}\[\]\s&]+)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\$\{[^}]*\}")
_PLACE = "\0"
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36,}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\bsk-[A-Za-z0-9_-]{20,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_ASSIGNED = re.compile(
    r"\b\w*(?:passw|passphrase|secret|credential|api_?key|auth_?token)\w*['\"]?\s*[:=]\s*['\"][^'\"]{6,}['\"]",
    re.IGNORECASE,
)


def redact_command(argv: Sequence[str]) -> list[str]:
    """Return a command line whose secrets are replaced by [REDACTED].

    Secret is the value of a key that sounds like one (`a.password=x`, `--token x`, `{api_key: x}`), the user
    part of a URL, and text of the shape of a known kind of key. `${secret:env:NAME}` is a reference and stays.
    """
    redacted = []
    value_of_flag = False
    for word in argv:
        if value_of_flag and not word.startswith("-"):
            redacted.append(_hide(word))
            value_of_flag = False
            continue
        key, equals, value = word.partition("=")
        value_of_flag = word.startswith("--") and not equals and _sounds_secret(key)
        if equals and _sounds_secret(key):
            redacted.append(f"{key}={_hide(value)}")
        else:
            redacted.append(redact_text(word))
    return redacted


def redact_text(text: str) -> str:
    """Return text without the values of secret keys in it, users of URLs, and known shapes of keys."""
    references = _REFERENCE.findall(text)
    text = _REFERENCE.sub(_PLACE, text)  # what names a secret must not be taken for one
    text = _NESTED.sub(lambda found: _hide_pair(*found.groups()), text)
    text = _USER_INFO.sub(_hide_user, _SHAPES.sub(_hide_user, text))
    for reference in references:
        text = text.replace(_PLACE, reference, 1)
    return text


def holds_secret(text: str) -> bool:
    """Say whether source text seems to hold a secret: a known shape of key, or one assigned as a literal."""
    return bool(_SHAPES.search(text) or _ASSIGNED.search(text))


def _sounds_secret(key: str) -> bool:
    return bool(_SECRET.search(_HARMLESS.sub("", key)))


def _hide(value: str) -> str:
    bare = value.strip("'\"")
    return value if bare == _PLACE or _REFERENCE.fullmatch(bare) or value in ("", "null") else REDACTED


def _hide_user(found: re.Match[str]) -> str:
    """Hide the user part of a URL, but for one whose password is only named."""
    return found[0] if found[0].partition(":")[2] == _PLACE else REDACTED


def _hide_pair(key: str, between: str, value: str) -> str:
    return f"{key}{between}{_hide(value) if _sounds_secret(key) else value}"


def redacted(declared: Any, key: str = "") -> Any:
    """Return a declaration as plain values without what seems to be a secret itself; references to secrets stay.

    >>> redacted({"source": {"url": "sql://ann:hunter2@db", "password": "${secret:env:DB}", "token": "abc"}})
    {'source': {'url': 'sql://[REDACTED]@db', 'password': '${secret:env:DB}', 'token': '[REDACTED]'}}
    """
    if isinstance(declared, Mapping):
        return {str(name): redacted(value, str(name).rpartition(".")[2]) for name, value in declared.items()}
    if isinstance(declared, list | tuple):
        return [redacted(value, key) for value in declared]
    if isinstance(declared, str):
        return redact_text(declared) if not holds_plain_secret(key, declared) or "://" in declared else REDACTED
    return plain(declared)
