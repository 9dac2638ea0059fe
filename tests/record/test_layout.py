from __future__ import annotations

from runner.record import layout
from runner.record.layout import LAYOUT


def test_every_constant_has_its_line_of_meaning() -> None:
    named = {value for name, value in vars(layout).items() if name.isupper() and isinstance(value, str)}
    assert named - {layout.ARTIFACTS, layout.DEPLOYMENTS, layout.FIGURES} <= LAYOUT.keys()
    assert any(path.startswith(f"{layout.ARTIFACTS}/") for path in LAYOUT)


def test_paths_are_relative_and_meanings_are_one_sentence() -> None:
    for path, meaning in LAYOUT.items():
        assert not path.startswith("/")
        assert ".." not in path
        assert meaning.endswith(".")
        assert "\n" not in meaning
