"""Sources that are declared inside a source, by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from runner.contracts import Source, SourceContext
from runner.errors import ConfigError
from runner_builtin.sources.fingerprints import bytes_fingerprint


def built(declared: Mapping[str, Mapping[str, Any]], context: SourceContext, least: int = 1) -> dict[str, Source]:
    """Build them all. least: fewer are refused. Raises ConfigError."""
    if len(declared) < least:
        raise ConfigError(f"sources: {len(declared)} declared; at least {least} are needed, as 'name: {{use: …}}'.")
    return {name: context.source(one) for name, one in declared.items()}


def foretold(sources: Mapping[str, Source], context: SourceContext) -> str | None:
    """Return what `together` will be of what they load; None where one cannot tell without loading."""
    told: dict[str, str] = {}
    for name, source in sources.items():
        tells = getattr(source, "fingerprint", None)
        fingerprint = tells(context) if callable(tells) else None
        if fingerprint is None:
            return None
        told[name] = fingerprint
    return together(told)


def together(fingerprints: Mapping[str, str]) -> str:
    """Return one fingerprint for several, by name and in order."""
    return bytes_fingerprint(json.dumps(list(fingerprints.items())).encode())
