"""Types for the options of components: what a number means, so that a wrong one is refused before a run.

Annotate a constructor's parameters with these (or with any type pydantic understands); the declaration is
checked against them. This module is light on purpose: signatures are read without importing components.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, Lt

#: A number above 0, such as a learning rate.
Positive = Annotated[float, Gt(0)]
#: A number of at least 0, such as a penalty.
NonNegative = Annotated[float, Ge(0)]
#: A share strictly between 0 and 1, such as a test size.
Share = Annotated[float, Gt(0), Lt(1)]
#: A number from 0 to 1, both included.
UnitInterval = Annotated[float, Ge(0), Le(1)]
#: A number from 0 to 1 without 1, such as a momentum.
Decay = Annotated[float, Ge(0), Lt(1)]
#: A count of at least 1.
Count = Annotated[int, Ge(1)]
#: A count of at least 0.
CountFromZero = Annotated[int, Ge(0)]
#: A count of at least 2, such as a number of folds.
Several = Annotated[int, Ge(2)]


@dataclass(frozen=True)
class InputFileMark:
    """Says that a text is the path of a file that a component reads."""


#: The path of a file that a component reads: given relative to the folder of the run, received absolute; what the
#: file holds counts like a setting, so that a result of other content is not taken for the same.
InputFile = Annotated[str, InputFileMark()]


@dataclass(frozen=True)
class SourceMark:
    """Says that a mapping declares a source."""


#: A source declared inside another: `{use: NAME, …options}`. Options that the outer source gives may be left out.
SourceDeclaration = Annotated[dict[str, Any], SourceMark()]


@dataclass(frozen=True)
class ModelMark:
    """Says that a mapping declares a model."""


#: A model declared inside another, `{use: NAME, …options}`: the outer one receives it built.
ModelDeclaration = Annotated[dict[str, Any], ModelMark()]

#: Columns of a table: a name, a list of names, or `{types: […], pattern: …, except: […]}` (see `runner.columns`).
Columns = str | list[str] | dict[str, Any]
