import subprocess
import sys

import numpy as np
import pytest

from runner.contracts import SourceContext
from runner.errors import DataError
from runner_builtin.sources.docstrings_source import DocstringsSource, _cleaned, _docstrings, _source_files


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return DocstringsSource(per_library=40).load(SourceContext(tmp_path_factory.mktemp("d"), 3))


def test_every_library_gives_as_many_texts_as_asked_for(dataset):
    counts = dict(zip(*np.unique(dataset.target, return_counts=True), strict=True))
    assert counts == {"numpy": 40, "pandas": 40, "scikit-learn": 40, "scipy": 40}


def test_texts_do_not_name_a_library(dataset):
    text = " ".join(dataset.features["text"]).lower()
    for name in ("numpy", "pandas", "scipy", "sklearn", "scikit"):
        assert name not in text
    assert not {"np", "pd", "sp"} & set(text.replace(".", " ").split())


def test_no_text_is_there_twice(dataset):
    assert dataset.features["text"].is_unique


def test_the_seed_decides_which_texts_are_taken(dataset, tmp_path):
    source = DocstringsSource(per_library=40)
    again = source.load(SourceContext(tmp_path, 3))
    other = source.load(SourceContext(tmp_path, 4))
    assert again.fingerprint == dataset.fingerprint
    assert again.features["text"].tolist() == dataset.features["text"].tolist()
    assert other.fingerprint != dataset.fingerprint


def test_the_libraries_are_read_without_being_imported():
    code = (
        "import sys; from pathlib import Path; from runner.contracts import SourceContext;"
        "from runner_builtin.sources.docstrings_source import DocstringsSource as S;"
        "S(per_library=1).load(SourceContext(Path(), 0));"
        "print(sorted({'sklearn', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_tests_and_foreign_code_are_not_read():
    parts = {part for file in _source_files("scikit-learn") for part in file.parts}
    assert not {"tests", "externals"} & parts


def test_only_public_definitions_with_a_docstring_are_read(tmp_path):
    (tmp_path / "m.py").write_text(
        '"""Module."""\n'
        'def shown():\n    """Function."""\n'
        'def _hidden():\n    """Hidden."""\n'
        "def bare(): ...\n"
        'class Thing:\n    """Class."""\n'
        '    def method(self):\n        """Method \\d."""\n'
        '    def _private(self):\n        """Private."""\n'
    )
    assert [text for text in _docstrings(tmp_path / "m.py") if text] == ["Function.", "Class.", "Method \\d."]


def test_names_are_masked_also_inside_of_words():
    assert (
        _cleaned("NumpyVersion of np.sum in\n  scikit-learn, sp500")
        == "libraryVersion of library.sum in library, sp500"
    )


def test_a_length_that_no_docstring_has_is_an_error(tmp_path):
    with pytest.raises(DataError, match="has no docstrings of 10000000 characters"):
        DocstringsSource(min_length=10_000_000).load(SourceContext(tmp_path, 0))
