from __future__ import annotations

from runner.record import layout
from runner.record.layout import LAYOUT


def test_every_constant_has_its_line_of_meaning() -> None:
    named = {value for name, value in vars(layout).items() if name.isupper() and isinstance(value, str)}
    folders = {layout.ARTIFACTS, layout.FIGURES, layout.DEPLOYMENTS, layout.TRACKERS}
    assert named - folders <= LAYOUT.keys()
    for folder in folders:
        assert any(path.startswith(f"{folder}/") for path in LAYOUT)


def test_paths_are_relative_and_meanings_are_one_sentence() -> None:
    for path, meaning in LAYOUT.items():
        assert not path.startswith("/")
        assert ".." not in path
        assert meaning.endswith(".")
        assert "\n" not in meaning
