"""`runner verify RUN`: are the files the ones that were written? Exit code 6 names those that are not."""

from __future__ import annotations

from collections.abc import Sequence

from runner.cli.arguments import parsed
from runner.record import strict_json
from runner.record.read import find


def main(words: Sequence[str]) -> int:
    """Check every byte of a run. words: the command line after `verify`. Raises IntegrityError."""
    arguments = parsed("verify", __doc__ or "", words, run=True)
    run = find(arguments.outputs, arguments.run)
    run.verify()
    files = len(run.files)
    print(strict_json.dumps({"run": str(run.path), "files": files}) if arguments.json else f"ok: {files} files")
    return 0
