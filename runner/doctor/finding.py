"""What an examination tells: that something is well, worth knowing, or wrong, and what mends it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from runner.errors import ExitCode, RunnerError

_COMMAND = re.compile(r"pip install (--upgrade )?('[^']+'|[\w.-]+)")


@dataclass(frozen=True)
class Finding:
    """One thing found. code: OK where nothing is wrong; note: worth knowing all the same; mend: what to do."""

    what: str
    code: ExitCode = ExitCode.OK
    mend: str = ""
    note: bool = False

    @property
    def state(self) -> str:
        """Return "wrong", "note" or "ok"."""
        return "wrong" if self.code else "note" if self.note else "ok"


def well(what: str) -> Finding:
    """Tell of something that is as it should be."""
    return Finding(what)


def noted(what: str, mend: str = "") -> Finding:
    """Tell of something that is worth knowing and may be meant."""
    return Finding(what, mend=mend, note=True)


def wrong(what: str, mend: str, code: ExitCode) -> Finding:
    """Tell of something that will fail, or has."""
    return Finding(what, code, mend)


def told(error: RunnerError) -> Finding:
    """Tell of an error, with the command that its own words advise as what mends it."""
    advised = _COMMAND.search(str(error))
    return wrong(str(error), advised[0] if advised else "", error.exit_code)


def examined(look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Give what a look finds; where it fails, that is a finding: whoever asks a doctor wants no traceback."""
    try:
        yield from look()
    except RunnerError as error:
        yield told(error)
    except OSError as error:
        yield wrong(f"{error.filename or 'the disk'}: {error.strerror or error}", "", ExitCode.RESOURCES)
    except Exception as error:  # noqa: BLE001 - told as what could not be seen
        yield noted(f"this could not be seen: {type(error).__name__}: {error}")
