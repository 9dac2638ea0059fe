"""Which faults of the catalogue no test makes happen yet; the ones that are due must be covered."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent

#: Due with what is built so far. A new capability adds its own.
DUE = {
    "F01", "F02", "F03", "F04", "F05", "F06", "F07", "F08", "F09", "F11", "F12", "F13", "F14", "F15", "F16", "F17",
    "F18", "F19", "F20", "F21", "F22", "F23", "F24", "F25", "F26", "F27", "F29", "F31", "F32", "F33", "F34", "F35",
    "F36", "F37", "F38", "F39", "F40", "F41", "F42", "F43", "F45", "F46", "F47", "F48", "F49", "F50", "F51", "F52",
    "F53", "F54", "F55", "F56", "F57", "F58", "F59", "F60", "F61", "F62", "F63", "F64", "F65", "F66", "F67", "F68",
    "F69", "F70", "F71", "F72", "F73", "F74", "F75", "F76", "F77", "F78", "F79", "F80", "F81", "F82", "F83", "F84",
    "F85", "F86", "F87", "F88", "F89", "F90", "F91", "F92", "F93", "F94", "F95", "F96", "F97", "F98", "F99",
    "F100",
}  # fmt: skip
CATALOGUE = {f"F{number:02}" for number in range(1, 101)}


def covered() -> set[str]:
    found: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        for marked in re.findall(r"mark\.fault\(([^)]*)\)", path.read_text(encoding="utf-8")):
            found |= set(re.findall(r"F\d{2,3}", marked))
    return found


def test_every_fault_that_is_due_has_a_test_that_makes_it() -> None:
    missing = sorted(CATALOGUE - covered())
    print(f"{len(missing)} faults without a test: {', '.join(missing)}")  # for whoever runs this with -s
    assert DUE & set(missing) == set()


def test_only_numbers_of_the_catalogue_are_used() -> None:
    assert covered() <= CATALOGUE
