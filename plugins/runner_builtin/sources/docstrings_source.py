"""Real text that every installation has: which library does this docstring come from?

The libraries' source files are parsed, never imported. Their own names are masked in the texts, so that a
model has to learn how a library speaks and not how it is called.
"""

from __future__ import annotations

import ast
import importlib.util
import random
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import DataError
from runner.options import Count
from runner_builtin.sources.fingerprints import content_fingerprint

#: Library -> its import package.
LIBRARIES = {"numpy": "numpy", "pandas": "pandas", "scikit-learn": "sklearn", "scipy": "scipy"}
#: Folders whose text is not the library's own, or not meant for its users.
_FOREIGN = frozenset({"tests", "testing", "externals", "_external", "_lib", "_vendored", "conftest"})
_NAMES = re.compile(r"numpy|pandas|scipy|sklearn|scikit(?:[-_]learn)?|\b(?:np|pd|sp|skl)\b", re.IGNORECASE)
_MASK = "library"


@dataclass(frozen=True, kw_only=True)
class DocstringsSource:
    """Give docstrings of public functions, classes and methods, one column `text`, with their library.

    The target is numpy, pandas, scikit-learn or scipy. per_library: at most so many of each, sampled by
    file with the experiment's seed. min_length: characters of a docstring. Rows are in the order of
    library and text. Repeated texts are given once, those that two libraries share not at all. Raises
    DataError.
    """

    per_library: Count = 200
    min_length: Count = 200

    def load(self, context: SourceContext) -> Dataset:
        """Return the texts; which ones depends on the installed versions and on the seed."""
        rng = random.Random(context.seed)
        read = {library: self._texts(library, rng) for library in LIBRARIES}
        shared = {text for text, count in Counter(chain(*read.values())).items() if count > 1}
        rows = [
            (text, library)
            for library, texts in read.items()
            for text in sorted(_sample(sorted(texts - shared), self.per_library, rng))
        ]
        texts = pd.DataFrame({"text": [text for text, _ in rows]})
        target = np.asarray([library for _, library in rows])
        return Dataset.of(texts, target, fingerprint=content_fingerprint(texts, target))

    def _texts(self, library: str, rng: random.Random) -> set[str]:
        """Read files in a random order until there are enough texts."""
        files = _source_files(library)
        rng.shuffle(files)
        texts: set[str] = set()
        for file in files:
            texts |= {_cleaned(docstring) for docstring in _docstrings(file) if len(docstring) >= self.min_length}
            if len(texts) >= self.per_library:
                return texts
        if not texts:
            raise DataError(f"The installed {library} has no docstrings of {self.min_length} characters or more.")
        return texts


def _sample(texts: list[str], count: int, rng: random.Random) -> list[str]:
    return rng.sample(texts, min(len(texts), count))


def _source_files(library: str) -> list[Path]:
    spec = importlib.util.find_spec(LIBRARIES[library])
    if spec is None or not spec.submodule_search_locations:
        raise DataError(f"source 'docstrings' reads the installed {library}, which is missing: pip install {library}")
    folder = Path(spec.submodule_search_locations[0])
    return sorted(
        file for file in folder.rglob("*.py") if not _FOREIGN & set(file.relative_to(folder).with_suffix("").parts)
    )


def _docstrings(file: Path) -> Iterator[str]:
    """Give the docstrings of public functions and classes, and of public methods of public classes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a library's invalid escapes are not ours to report
        body = ast.parse(file.read_bytes()).body
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        methods = node.body if isinstance(node, ast.ClassDef) else []
        for member in (node, *methods):
            if isinstance(member, ast.FunctionDef | ast.ClassDef) and not member.name.startswith("_"):
                yield ast.get_docstring(member, clean=False) or ""


def _cleaned(docstring: str) -> str:
    """Mask every library's name, and put the text on one line.

    >>> _cleaned("Like numpy.sum;  see scikit-learn.")
    'Like library.sum; see library.'
    """
    return " ".join(_NAMES.sub(_MASK, docstring).split())
