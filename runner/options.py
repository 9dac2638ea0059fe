"""Types for the options of components: what a number means, so that a wrong one is refused before a run.

Annotate a constructor's parameters with these (or with any type pydantic understands); the declaration is
checked against them. This module is light on purpose: signatures are read without importing components.
"""

from __future__ import annotations

from typing import Annotated

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
