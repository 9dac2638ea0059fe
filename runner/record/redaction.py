"""Keeping secrets out of what a run writes down.

>>> redact_command(["runner", "source.password=hunter2", "model.l2=1e-5", "--token", "abc"])
['runner', 'source.password=[REDACTED]', 'model.l2=1e-5', '--token', '[REDACTED]']
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from runner.secrets import REDACTED as REDACTED

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
    text = _NESTED.sub(lambda found: _hide_pair(*found.groups()), text)
    return _USER_INFO.sub(REDACTED, _SHAPES.sub(REDACTED, text))


def holds_secret(text: str) -> bool:
    """Say whether source text seems to hold a secret: a known shape of key, or one assigned as a literal."""
    return bool(_SHAPES.search(text) or _ASSIGNED.search(text))


def _sounds_secret(key: str) -> bool:
    return bool(_SECRET.search(_HARMLESS.sub("", key)))


def _hide(value: str) -> str:
    return value if _REFERENCE.fullmatch(value.strip("'\"")) or value in ("", "null") else REDACTED


def _hide_pair(key: str, between: str, value: str) -> str:
    return f"{key}{between}{_hide(value) if _sounds_secret(key) else value}"
