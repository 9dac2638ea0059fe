"""What brings a package that is imported and not there: the words for `pip install`."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires


def brings(package: str, distribution: str) -> str:
    """Return what to install for an import package by the metadata of the distribution that imports it.

    An extra, or a requirement; "" where the metadata do not tell: the name of an import may be anybody's on an index.

    >>> brings("matplotlib", "runner-ml"), brings("unheard_of", "runner-ml")
    ("'runner-ml[report]'", '')
    """
    from packaging.requirements import Requirement  # only where something is missing
    from packaging.utils import canonicalize_name

    try:
        needed = [Requirement(text) for text in requires(distribution) or ()]
    except PackageNotFoundError:
        needed = []
    for requirement in needed:
        if canonicalize_name(requirement.name) == canonicalize_name(package):
            extra = re.search(r"extra == ['\"]([\w-]+)['\"]", str(requirement.marker or ""))
            return f"'{distribution}[{extra[1]}]'" if extra else f"'{requirement.name}{requirement.specifier}'"
    return ""


def mended_by(error: BaseException, distribution: str) -> str:
    """Return the command that mends a failed import; "" where none is known."""
    name = error.name if isinstance(error, ImportError) else None
    wanted = brings(name.partition(".")[0], distribution) if name else ""
    return f"pip install {wanted}" if wanted else ""
