"""`runner serve RUN|BUNDLE`: answer requests for predictions over HTTP, until SIGTERM or Ctrl-C.

It speaks the Open Inference Protocol, version 2 (JSON and binary tensors), and MLflow's `/invocations`. Only this
machine can reach it unless `--host` says otherwise; then every request needs a token, taken from the environment
(RUNNER_SERVE_TOKEN) or from a file, never from the command line.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from runner.cli.arguments import parser_of
from runner.cli.models import add_model_words, loaded, the_run
from runner.errors import ConfigError, PluginError
from runner.record import strict_json
from runner.secrets import Secrets

TOKEN = "RUNNER_SERVE_TOKEN"
_SHORTEST = 16


def main(words: Sequence[str]) -> int:
    """Serve a model. words: the command line after `serve`. Raises RunnerError before the port is bound."""
    arguments = _parser().parse_args(list(words))
    _check_extra()
    from runner.serve.application import Application  # the extra `serve`, which was looked for first
    from runner.serve.limits import Limits
    from runner.serve.listening import bound, is_loopback, serve
    from runner.ship.opening import opened

    token = _token(arguments.token_file)
    if token is None and not arguments.no_auth and not is_loopback(arguments.host):
        raise ConfigError(
            f"--host {arguments.host!r} lets other machines in, and there is no token. Set {TOKEN} or give "
            "--token-file, or say --no-auth where something in front of the server checks who asks."
        )
    limits = Limits(
        body=round(arguments.max_body * 2**20),
        rows=arguments.max_rows,
        seconds=arguments.timeout,
        at_once=arguments.concurrency,
        grace=arguments.grace,
        notice=arguments.notice,
    )
    run = the_run(arguments.outputs, arguments.run)
    served = opened(run, arguments.engine, lambda name: loaded(run, name, allow_modified=arguments.allow_modified))
    application = Application(served, limits, token, arguments.batch_delay / 1000, metadata.version("runner-ml"))
    made = bound(arguments.host, arguments.port)
    url = f"http://{_shown(arguments.host)}:{made.getsockname()[1]}"
    told = {"url": url, "model": served.name, "version": served.version, "engine": served.engine}

    def started() -> None:
        line = f"serving {served.name} {served.version} ({served.engine}) at {url} · Ctrl-C ends it"
        print(strict_json.dumps(told, indent=None) if arguments.json else line, flush=True)

    serve(application, made, started)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("serve", __doc__ or "")
    add_model_words(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help=f"holds the token; else {TOKEN} does")
    parser.add_argument("--no-auth", action="store_true", help="let other machines in without a token")
    for flag, reading, default, what in _NUMBERS:
        parser.add_argument(flag, type=reading, default=default, metavar="N", help=f"{what} ({default})")
    return parser


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None


def _positive(text: str) -> float:
    number = _number(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not greater than 0")
    return number


def _not_negative(text: str) -> float:
    number = _number(text)
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not 0 or more")
    return number


def _count(text: str) -> int:
    number = _positive(text)
    if number != int(number):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(number)


def _port(text: str) -> int:
    number = _not_negative(text)
    if number != int(number) or number > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give 0 to 65535")
    return int(number)


#: Flag, how it is read, default, meaning.
_NUMBERS: tuple[tuple[str, Callable[[str], float], float, str], ...] = (
    ("--port", _port, 8080, "port to listen on, 0 lets the system choose"),
    ("--max-body", _positive, 16, "MiB that a request may have"),
    ("--max-rows", _count, 10_000, "rows that a request may have"),
    ("--timeout", _positive, 30, "seconds that a request may take"),
    ("--concurrency", _count, 64, "requests that are answered at a time"),
    ("--batch-delay", _not_negative, 2, "milliseconds that a request may wait to be answered together with others"),
    ("--notice", _not_negative, 1, "seconds in which a server that was told to end says so and still takes requests"),
    ("--grace", _positive, 10, "seconds in which requests may end after that"),
)


def _token(file: Path | None) -> str | None:
    """Return the token that requests must bear; None where there is none. Raises ConfigError for a weak one."""
    if file is None and TOKEN not in os.environ:
        return None
    where = f"env:{TOKEN}" if file is None else f"file:{file}"
    token = Secrets().reveal(f"${{secret:{where}}}").strip()
    if len(token) < _SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(
            f"the token of {where} has to be {_SHORTEST} or more printable ASCII characters without blanks. "
            "'python -c \"import secrets; print(secrets.token_urlsafe(32))\"' makes one."
        )
    return token


def _check_extra() -> None:
    """Raises PluginError without the libraries of the extra."""
    missing = [name for name in ("uvicorn", "httptools", "orjson", "prometheus_client") if find_spec(name) is None]
    if missing:
        raise PluginError(
            f"'runner serve' needs {', '.join(missing)}, which is not installed. Install 'runner-ml[serve]'."
        )


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
