"""Programs compiled as the strictest of their users would, and run under sanitizers."""

from __future__ import annotations

import subprocess
from pathlib import Path

STRICT = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
SANITIZED = ("-std=c99", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def compiled(*sources: Path, to: Path, flags: tuple[str, ...] = STRICT) -> Path:
    """Compile and link a program; what the compiler says fails the test."""
    command = ["cc", *flags, *map(str, sources), "-o", str(to), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:3000]
    assert done.stderr == ""
    return to


def answered(program: Path, given: bytes) -> bytes:
    """Run a program on its input; an end in disorder fails the test."""
    done = subprocess.run([program], input=given, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]
    return done.stdout
