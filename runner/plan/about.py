"""What only a person knows of a model: the section `about` of a declaration, for the card that is shipped with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from runner.checking import check_settings
from runner.signature import Option


@dataclass(frozen=True)
class About:
    """Texts for the model card; None says that nobody told. licence, data_licence: SPDX identifiers."""

    summary: str | None = None
    authors: str | None = None
    licence: str | None = None
    data_licence: str | None = None
    intended_use: str | None = None
    limits: str | None = None

    @classmethod
    def of(cls, declared: Mapping[str, Any] | None) -> Self:
        """Check the section `about`. Raises ConfigError."""
        options = tuple(Option(field.name, str | None, None) for field in fields(cls))
        return cls(**check_settings("about", options, dict(declared or {})))

    @property
    def declared(self) -> dict[str, str]:
        """The section as it was declared, without what nobody told."""
        return {name: text for name, text in asdict(self).items() if text is not None}
