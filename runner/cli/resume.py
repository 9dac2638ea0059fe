"""`runner resume DIR [overrides]`: the command that began a sweep, once more, with more or other values.

DIR is the sweep's folder. A word such as `model.l2=1e-3,1e-2` takes the place of the one with that key; the trials
that are done stay as they are. `--accept-drift` keeps results that older code or data gave, `--rerun-drifted`
replaces them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runner.cli.arguments import check_one
from runner.cli.which import the_sweep
from runner.errors import ConfigError
from runner.record.redaction import REDACTED


def main(words: Sequence[str]) -> int:
    """Go on with a sweep. words: the command line after `resume`."""
    if {"-h", "--help"} & set(words):
        print(__doc__)
        return 0
    if not words or words[0].startswith("-") or "=" in words[0]:
        raise ConfigError(
            "resume: name the folder of a sweep, as in 'runner resume outputs/digits/sweep-0123456789ab'"
        )
    check_one("runner resume", "sweep", words)
    sweep = the_sweep(Path("outputs"), words[0])
    command = list(sweep.info.command[1:])
    if not command:
        raise ConfigError(f"resume: the sweep {words[0]!r} was run from Python; run `runner.sweep(...)` again.")
    if any(REDACTED in word for word in command):
        raise ConfigError(
            f"resume: the command of {words[0]!r} held a secret, which was not kept. Give it again whole."
        )
    from runner.cli.run import main as run  # Hydra, which a mistyped folder need not load

    root = sweep.path.resolve().parent.parent
    more = list(words[1:])
    if root != Path("outputs").resolve() and not any(word.startswith("outputs=") for word in [*command, *more]):
        more.append(f"outputs={root}")
    return run(_replaced(command, more), continues=sweep.info.identity)


def _replaced(command: Sequence[str], more: Sequence[str]) -> list[str]:
    """Put words in the place of those with the same key, and the others behind."""
    keys = {_key(word) for word in more if "=" in word}
    return [*(word for word in command if "=" not in word or _key(word) not in keys), *more]


def _key(word: str) -> str:
    return word.lstrip("+~").partition("=")[0]
