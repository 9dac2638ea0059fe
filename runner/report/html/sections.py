"""A page in sections, each a few parts of five kinds: words, facts, code, a table, figures.

Sections say what is shown; how it looks is the templates' (`parts` in `macros.html` draws them).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Literal

from runner.report.html.figures import Figure, Picture, drawn
from runner.report.html.tables import Table


@dataclass(frozen=True)
class Words:
    """A paragraph. tone: how much it wants to be seen."""

    text: str
    tone: Literal["note", "warning", "failure"] = "note"
    kind: ClassVar = "words"


@dataclass(frozen=True)
class Facts:
    """Names with their values."""

    pairs: Sequence[tuple[str, str]]
    kind: ClassVar = "facts"


@dataclass(frozen=True)
class Code:
    """Text that is shown letter by letter. title: what it is; where there is one it can be folded away."""

    text: str
    title: str = ""
    kind: ClassVar = "code"


@dataclass(frozen=True)
class Rows:
    """A table. filterable: with a field for words that rows must have."""

    table: Table
    filterable: bool = False
    kind: ClassVar = "rows"


@dataclass(frozen=True)
class Figures:
    """Figures side by side. pictures: as they were drawn."""

    figures: Sequence[Figure]
    pictures: Sequence[Picture] = ()
    kind: ClassVar = "figures"


Part = Words | Facts | Code | Rows | Figures


@dataclass(frozen=True)
class Section:
    """A part of a page. id: of its anchor."""

    id: str
    title: str
    parts: Sequence[Part] = field(default_factory=tuple)


def with_pictures(sections: Sequence[Section], folder: Path) -> list[Section]:
    """Draw all figures of a page; their files go to the folder."""
    return [
        replace(section, parts=[_with_pictures(part, folder) for part in section.parts]) for section in sections
    ]


def _with_pictures(part: Part, folder: Path) -> Part:
    return replace(part, pictures=drawn(part.figures, folder)) if isinstance(part, Figures) else part
