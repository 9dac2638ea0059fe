"""`runner ship RUN|SWEEP [--exporters …] [--compressors …] [--deployers …] [--refit]`: a bundle of the model.

A bundle is a folder with the exports, each proven, a signature, golden rows, a model card and a bill of materials.
With exporters or deployers the recorded model itself is exported; compressors and `--refit` have it trained again, as
a run beside the others. `--with compressors.prune.sparsity=0.8` sets an option of a step.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runner.cli.arguments import parser_of
from runner.cli.which import sweep_of, trial_of
from runner.errors import ConfigError
from runner.record import strict_json
from runner.record.read import find
from runner.report.short_names import near


def main(words: Sequence[str]) -> int:
    """Ship a run or the winner of a sweep. words: the command line after `ship`. Raises RunnerError."""
    parser = parser_of("ship", __doc__ or "")
    parser.add_argument("run", help="a folder, an id of a run or a sweep, or the beginning of one")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="the bundle (bundle-<id>)")
    for group in ("exporters", "compressors", "deployers"):
        parser.add_argument(f"--{group}", type=_names, metavar="NAMES", help="with commas between; none: ''")
    parser.add_argument("--with", action="append", default=[], dest="settings", metavar="KEY=VALUE", type=_setting,
                        help="an option of a step, such as compressors.prune.sparsity=0.8")  # fmt: skip
    parser.add_argument("--refit", action="store_true", help="train on all rows first")
    arguments = parser.parse_args(list(words))
    folder = _folder(arguments)
    from runner.api import ship  # scikit-learn, which a wrong word need not load

    shipped = ship(
        folder,
        to=arguments.to,
        exporters=arguments.exporters,
        compressors=arguments.compressors,
        deployers=arguments.deployers,
        settings=dict(arguments.settings),
        refit=arguments.refit,
        outputs=arguments.outputs,
        command=("runner", "ship", *words),
    )
    if arguments.json:
        told = {"bundle": shipped.bundle, "deployments": shipped.deployments, "run": shipped.run}
        print(strict_json.dumps({**_texts(told), "notes": list(shipped.notes)}))
        return 0
    for note in shipped.notes:
        print(f"note: {note}")
    for place in (shipped.bundle, *shipped.deployments):
        print(near(place))
    return 0


def _folder(arguments: argparse.Namespace) -> Path:
    if trial_of(arguments.run) is not None:
        raise ConfigError(
            f"{arguments.run!r} is a trial, which holds no model. Ship its sweep's winner, or run the trial's "
            "settings as an experiment of their own ('runner show SWEEP NUMBER' tells them)."
        )
    sweep = sweep_of(arguments.outputs, arguments.run)
    return sweep.path if sweep is not None else find(arguments.outputs, arguments.run).path


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} sets nothing; write KEY=VALUE")
    import yaml  # `runner --help` reads no values

    return key, yaml.safe_load(value)


def _texts(told: dict[str, Any]) -> dict[str, Any]:
    return {name: [str(one) for one in it] if isinstance(it, list | tuple) else str(it) for name, it in told.items()}
