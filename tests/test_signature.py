from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Literal

import pytest

from runner.catalogue import Catalogue
from runner.options import Positive
from runner.signature import REQUIRED, UNWRITTEN, Option, load_target, read_signature

SOURCE = '''
"""A module that must never be imported by looking at it."""
from __future__ import annotations
from dataclasses import dataclass
from typing import Any, Literal
from runner.contracts import Optimizer
from runner.options import Positive
raise RuntimeError("imported!")

DEFAULT = 0.5
Sizes = tuple[int, int]

class Plain:
    """Do it plainly.

    More."""

    def __init__(self, path: str, *, rate: Positive = DEFAULT, mode: Literal["a", "b"] = "a",
                 size: Sizes = (1, 2), names: list[str] | None = None, kind: type = int,
                 optimizer: Optimizer | None = None) -> None: ...

@dataclass(frozen=True)
class Record:
    """Keep it."""

    rate: Positive = 0.1
    epochs: int = 3

def build(depth: int = 2) -> Any:
    """Make it."""

class Empty:
    """Nothing to tell."""
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that raises when it is imported, so that reading it is proven to be static."""
    (tmp_path / "static_acme.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    return "static_acme"


def test_a_class_is_read_without_importing_it(module: str) -> None:
    signature = read_signature(f"{module}:Plain")
    assert signature.options == (
        Option("path", str, REQUIRED),
        Option("rate", Positive, 0.5),
        Option("mode", Literal["a", "b"], "a"),
        Option("size", tuple[int, int], (1, 2)),
        Option("names", list[str] | None, None),
        Option("kind", type, UNWRITTEN),
    )
    assert dict(signature.receives) == {"optimizer": "optimizer"}
    assert signature.summary == "Do it plainly."
    assert (Path(signature.file).name, signature.line) == ("static_acme.py", 13)
    assert module not in sys.modules


def test_dataclasses_functions_and_empty_classes_are_read_too(module: str) -> None:
    assert read_signature(f"{module}:Record").names() == ["rate", "epochs"]
    assert read_signature(f"{module}:build").options == (Option("depth", int, 2),)
    assert read_signature(f"{module}:Empty").options == ()
    assert module not in sys.modules


def test_what_the_source_does_not_tell_is_asked_of_the_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
    import fractions
    class Late:
        def __init__(self, share: fractions.Fraction = fractions.Fraction(1, 2), **more: int) -> None: ...
    """
    (tmp_path / "late_acme.py").write_text(textwrap.dedent(text))
    monkeypatch.syspath_prepend(tmp_path)
    signature = read_signature("late_acme:Late")
    assert signature.open
    assert signature.options[0].default is UNWRITTEN
    assert "late_acme" in sys.modules


@pytest.mark.parametrize("target", ["acme", "acme:", ":X"])
def test_a_target_of_another_form_is_refused(target: str) -> None:
    with pytest.raises(ImportError, match="not of the form"):
        read_signature(target)


def test_a_missing_package_is_an_import_error() -> None:
    with pytest.raises(ImportError, match="no_such_acme"):
        read_signature("no_such_acme.thing:X")


def test_reading_and_importing_agree_on_every_component_offered() -> None:
    catalogue = Catalogue.installed()
    for kind in ("source", "cleaner", "splitter", "model", "transform", "metric", "optimizer", "exporter"):
        for offer in catalogue.offers(kind):
            static = read_signature(offer.target)
            live = read_signature(load_target(offer.target))
            assert static.names() == live.names(), offer
            assert dict(static.receives) == dict(live.receives), offer
            for one, other in zip(static.options, live.options, strict=True):
                assert one.default == other.default or UNWRITTEN in (one.default, other.default), (offer, one, other)


def test_reading_every_signature_imports_no_component() -> None:
    code = """
import sys
from runner.catalogue import Catalogue
from runner.contracts import KINDS
catalogue = Catalogue.installed()
for kind in KINDS:
    for offer in catalogue.offers(kind):
        if "sklearn" not in str(offer.target).partition(":")[0]:
            offer.signature
print([name for name in ("sklearn", "pandas", "scipy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_annotations_that_only_type_checkers_see_do_not_stop_an_import() -> None:
    def factory(value: Nowhere = 1) -> Any:  # type: ignore[name-defined]  # noqa: F821
        return value

    assert read_signature(factory).options == (Option("value", Any, 1),)
