"""`runner replay RUN`: run a recorded run again, with its seed, threads and BLAS kernel, and compare stage by stage.

Relative paths of the declaration mean the folder one stands in. The new run goes beside the others and is removed
after the comparison, unless `--keep` is given. It neither deploys nor tells trackers. The exit code is 0 where the
replay gave the same, 7 where it did not; the first stage that differs is named. Bits that differ while threads,
kernel or CPU differ, too, are let pass if every score agrees within the tolerance; `--strict` lets nothing pass.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from runner.cli.arguments import parser_of
from runner.cli.replayed import carry_out_apart
from runner.cli.result import Result
from runner.cli.which import sweep_of, trial_of
from runner.errors import ConfigError, ExitCode, IntegrityError, RunnerError
from runner.execute.request import Request
from runner.record import environment, layout, manifest, strict_json
from runner.record.comparing_inputs import LEFT_OUT, code_told, leaves, record_of
from runner.record.comparing_runs import compare_runs
from runner.record.kernels import Surroundings, recorded_surroundings
from runner.record.read import Run, find
from runner.report.replay_page import replay_data, show_replay

#: How a record names an object that was given from Python.
_OBJECT = re.compile(r"<[\w.]+>")


def main(words: Sequence[str]) -> int:
    """Replay a run. words: the command line after `replay`. Raises RunnerError where it cannot be run again."""
    parser = parser_of("replay", __doc__ or "")
    parser.add_argument("run", help="a run's folder, its id, or the beginning of one")
    parser.add_argument("--keep", action="store_true", help="keep the new run's folder")
    parser.add_argument("--tolerance", type=_tolerance, default=1e-9, help="how far numbers may be apart (1e-9)")
    parser.add_argument("--strict", action="store_true", help="let no bit differ, whatever the machine")
    parser.add_argument("--here", action="store_true", help="with the threads and kernels of this environment")
    parser.add_argument("--allow-modified", action="store_true", help="though the run or its code was changed since")
    arguments = parser.parse_args(list(words))
    run = _the_run(arguments.outputs, arguments.run)
    code = environment.code_state(Path.cwd())
    told = None if code is None else asdict(code)
    if not arguments.allow_modified:
        run.verify()
        _check_code(run, told)
    request = _request(run, arguments.outputs, told)
    around = Surroundings(os.environ) if arguments.here else _surroundings(run)
    now = _carried_out(run, carry_out_apart(request, around.variables))
    try:
        comparison = compare_runs(run, now, tolerance=arguments.tolerance)
    finally:
        if not arguments.keep:
            shutil.rmtree(now.path)
    kept = now.path if arguments.keep else None
    if arguments.json:
        print(strict_json.dumps(replay_data(run, comparison, around.lacks, kept)))
    else:
        show_replay(run, comparison, around.lacks, kept, Console(highlight=False))
    good = ("same",) if arguments.strict else ("same", "within tolerance")
    return ExitCode.OK if comparison.verdict in good else ExitCode.REPLAY_DIFFERS


def _tolerance(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no tolerance; give one from 0 to below 1")
    return value


def _the_run(root: Path, words: str) -> Run:
    """Return the run that is meant. Raises ConfigError, IntegrityError for one that was never finished."""
    if sweep_of(root, words) is not None or trial_of(words) is not None:
        raise ConfigError(
            f"{words!r} is a sweep or one of its trials, and a single run is replayed. Run the trial's settings as "
            "an experiment of their own ('runner show SWEEP NUMBER' tells them), and replay that."
        )
    folders = [path for path in (Path(words), root / words) if words and path.is_dir()]
    if folders and not manifest.is_finished(folders[0]):
        manifest.read(folders[0])  # says why it is no finished run
    run = find(root, words)
    if run.state == "failed":
        assert run.info.error is not None
        raise ConfigError(
            f"run {run.info.id!r} failed ({run.info.error.kind}: {run.info.error.message}); it left nothing that a "
            "replay could be compared with. Run the experiment again."
        )
    return run


def _check_code(run: Run, now: Mapping[str, Any] | None) -> None:
    """Refuse a run of changed code that is not the code lying here. Raises IntegrityError."""
    then = record_of(run, layout.CODE)
    if then is None or not then["dirty"] or code_told(then) == code_told(now):
        return
    raise IntegrityError(
        f"run {run.info.id!r} was made with changes that were in no commit ({code_told(then)}); here is "
        f"{code_told(now)}. Check that commit out and apply the patch that '{layout.CODE}' holds, or replay with the "
        "code as it is here: '--allow-modified'."
    )


def _request(run: Run, root: Path, code: Mapping[str, Any] | None) -> Request:
    """Ask for the recorded declaration. Raises ConfigError for one that a file cannot hold."""
    declared = {**run.config, **{group: {} for group in LEFT_OUT if group in run.config}, "report": "none"}
    declared["interpret"] = None  # what is told of a model decides nothing, and may take long
    objects = [key for key, value in leaves(declared) if isinstance(value, str) and _OBJECT.fullmatch(value)]
    if objects:
        raise ConfigError(
            f"{', '.join(objects)}: given from Python as an object, which a run folder does not hold. Run the "
            "program that made the run again."
        )
    return Request(
        declared=declared,
        root=str(root),
        folder=str(Path.cwd()),
        name=run.name,
        command=("runner", "replay", run.info.id),
        choices=_yaml_record(run, layout.CHOICES),
        code=code,
        packages=environment.packages(),
    )


def _yaml_record(run: Run, name: str) -> dict[str, Any]:
    """Return one of a run's YAML records; empty where it has none."""
    import yaml  # `runner --help` lists the commands and loads none

    return dict(yaml.safe_load((run.path / name).read_text(encoding="utf-8")) or {}) if name in run.files else {}


def _surroundings(run: Run) -> Surroundings:
    """Bring the recorded threads and kernel back, as far as this machine has them."""
    then = record_of(run, layout.THREADS)
    if then is None:
        return Surroundings(os.environ, (f"the run has no '{layout.THREADS}', so its threads are unknown",))
    return recorded_surroundings(then, environment.threads(), os.environ)


def _carried_out(run: Run, result: Result) -> Run:
    """Return the new run. Raises as it ended, where it ended as the recorded one did not."""
    for note in result.notes:
        print(f"note: {note}", file=sys.stderr)
    now = None if result.path is None else Run.open(Path(result.path))
    if result.exit_code == ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if now is None or now.state == "failed":
        told = f" Its log is in '{now.path}'." if now is not None else ""
        error = RunnerError(f"run {run.info.id!r} cannot be run again: {result.message}{told}")
        error.exit_code = ExitCode(result.exit_code)
        raise error
    return now
