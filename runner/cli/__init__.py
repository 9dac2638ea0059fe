"""The command `runner`: a word for a command of ours, anything else for Hydra.

Start-up is part of the product, so this file imports next to nothing: each command is a module of its own,
loaded when it is called.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from importlib import import_module

#: Command -> (module with `main(words) -> exit code`, what it does).
COMMANDS = {
    "check": ("runner.cli.check", "load, clean and part the data of an experiment, and train nothing"),
    "ls": ("runner.cli.ls", "list the finished runs and the sweeps"),
    "show": ("runner.cli.show", "show a run, a sweep or a trial: declaration, scores, stages, files"),
    "compare": ("runner.cli.compare", "compare sweeps or runs by the value of a setting"),
    "report": ("runner.cli.report", "write the page of a run or a sweep: one HTML file, with figures"),
    "ship": ("runner.cli.ship", "bundle a run or a sweep's winner, in any format, compressed, deployed"),
    "drift": ("runner.cli.drift", "compare new rows with those that a run's model was made with"),
    "why": ("runner.cli.why", "say why a trial of a sweep ran, or ran again"),
    "resume": ("runner.cli.resume", "go on with a sweep by its folder"),
    "store": ("runner.cli.store", "list kept results, make room, check every byte"),
    "replay": ("runner.cli.replay", "run a recorded run again and compare, stage by stage"),
    "verify": ("runner.cli.verify", "check that the files of a run or a sweep are the ones that were written"),
    "predict": ("runner.cli.predict", "answer a file of rows with the model of a run or a bundle"),
    "serve": ("runner.cli.serve", "answer requests for predictions over HTTP, with the model of a run or a bundle"),
    "new": ("runner.cli.new", "begin a plugin package, a component or an experiment"),
    "doctor": ("runner.cli.doctor", "look whether all is well: environment, plugins, outputs, and what mends it"),
    "plugins": ("runner.cli.plugins", "list the plugins, what they offer, and which are broken"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. argv: without the program's name; sys.argv by default."""
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without our signs gets '?' and the run goes on
            stream.reconfigure(errors="replace")
    try:
        return int(_dispatch(words))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output, such as `head`, has what it wanted
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001 - told, with its traceback where it is a bug
        from runner.errors import RunnerError  # not before something went wrong
        from runner.secrets import masked

        known = isinstance(error, RunnerError)
        if debug or not known:
            import traceback

            print(masked(traceback.format_exc()), file=sys.stderr)
        if known:
            print(f"error: {masked(str(error))}", file=sys.stderr)
        return int(error.exit_code) if isinstance(error, RunnerError) else 1


def _dispatch(words: Sequence[str]) -> int:
    name = words[0] if words else ""
    if name in COMMANDS:
        module, rest = COMMANDS[name][0], words[1:]
    elif name.isidentifier():
        raise _unknown_command(name)
    elif set(words) & {"--help", "-h"} and not set(words) & {"--hydra-help"}:
        module, rest = "runner.cli.help", words
    else:
        module, rest = "runner.cli.run", words
    result: int = import_module(module).main(list(rest))
    return result


def _unknown_command(name: str) -> Exception:
    from runner.errors import ConfigError, did_you_mean  # not before something went wrong

    hint = did_you_mean(name, COMMANDS)
    return ConfigError(f"there is no command {name!r}. {hint} An experiment is run by 'runner +experiment=NAME'.")
