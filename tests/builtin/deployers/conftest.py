"""One bundle that deployers read, and a folder of wheels; made once."""

from pathlib import Path

import pytest

import runner
from runner.record.environment import packages


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """Bundle a small model."""
    outcome = runner.run(
        {
            "name": "wine_sorts",
            "source": {"use": "sklearn_dataset", "name": "wine"},
            "splitter": "stratified_holdout",
            "transforms": ["standard_scale"],
            "model": "LogisticRegression",
            "metrics": ["accuracy"],
        },
        outputs=tmp_path_factory.mktemp("outputs"),
    )
    return runner.ship(outcome.path, to=tmp_path_factory.mktemp("ship") / "bundle").bundle


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """Make a folder with a file that is called like the wheel of each package that is installed here."""
    folder = tmp_path_factory.mktemp("wheels")
    for name, version in packages().items():
        called = f"{name.replace('-', '_').replace('.', '_')}-{version}-py3-none-any.whl"
        Path(folder, called).write_bytes(name.encode())
    return folder
