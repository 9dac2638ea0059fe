"""`runner doctor [+experiment=NAME …]`: is everything here as it should be, and if not, what mends it?

Looked at are the environment, the plugins, threads and BLAS, the outputs folder with its sweeps and its store, and
what a chosen experiment needs. `--outputs DIR` is another outputs folder, `--json` prints JSON. The exit code is 0 if
all is well, else that of the worst finding: 4 for plugins and packages, 5 for disks and what lies on them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stdout, suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import ConfigError, PluginError, did_you_mean

if TYPE_CHECKING:
    from runner.catalogue import Catalogue
    from runner.doctor.finding import Finding
    from runner.execute.request import Request
    from runner.plan.experiment import Experiment

Look = Callable[[], Iterable["Finding"]]


def main(words: Sequence[str]) -> int:
    """Examine everything. words: the command line after `doctor`."""
    if {"-h", "--help"} & set(words):
        print(__doc__)
        return 0
    from runner.doctor.finding import examined  # `--help` needs none of these

    root, plain, as_json = _arguments(words)
    found = {area: list(examined(look)) for area, look in _looks(root, plain)}
    code = max((finding.code for findings in found.values() for finding in findings), default=0)
    if as_json:
        _print_json(found, int(code))
    else:
        _print(found)
    return int(code)


def _arguments(words: Sequence[str]) -> tuple[Path, list[str], bool]:
    from runner.cli.run import with_plus

    plain = [with_plus(word) for word in words if word not in ("--json", "--debug")]
    root = Path("outputs")
    for place, word in enumerate(plain):
        flag, equals, folder = word.partition("=")
        if flag == "--outputs":
            folder = folder if equals else " ".join(plain[place + 1 : place + 2])
            if not folder:
                raise ConfigError("doctor: '--outputs' is followed by a folder, as in '--outputs elsewhere'")
            root = Path(folder)
            del plain[place : place + (1 if equals else 2)]
            break
    _check_flags(plain)
    return root, plain, "--json" in words


def _check_flags(words: Sequence[str]) -> None:
    """Refuse what asks Hydra for something other than an experiment. Raises ConfigError."""
    flags = [word.partition("=")[0] for word in words if word.startswith("-")]
    for flag in flags:
        if flag in ("-m", "--multirun"):
            raise ConfigError(
                f"'runner doctor' looks at one experiment: leave {flag!r} out, and give each key one value."
            )
        if flag not in ("--config-dir", "-cd"):
            raise ConfigError(
                f"'runner doctor' has no flag {flag!r}. {did_you_mean(flag, ('--outputs', '--json', '--config-dir'))}"
            )


def _looks(root: Path, words: Sequence[str]) -> Iterator[tuple[str, Look]]:
    from runner.catalogue import Catalogue
    from runner.cli.run import disabled
    from runner.cli.store import FOLDER
    from runner.doctor import environment, outputs, plugins

    catalogue = Catalogue.installed(disabled(), Path.cwd())
    kept = Path(os.environ.get("RUNNER_STORE") or root / FOLDER)
    yield "environment", environment.versions
    yield "threads and BLAS", environment.threads
    yield "plugins", lambda: chain(plugins.plugins(catalogue), plugins.hidden(disabled(), Path.cwd()))
    yield "outputs", partial(outputs.outputs, root)
    yield "sweeps", partial(outputs.all_sweeps, root)
    yield "store", partial(outputs.store, kept)
    if words:
        yield "experiment", partial(_experiment, words, catalogue)


def _experiment(words: Sequence[str], catalogue: Catalogue) -> Iterator[Finding]:
    from runner.declare.app import carry_out  # Hydra, only where there is something to compose
    from runner.declare.composing import Setup
    from runner.declare.flags import Flags
    from runner.doctor.extras import extras
    from runner.doctor.finding import told, well

    chosen: list[Experiment] = []
    with redirect_stdout(None):
        carry_out(words, Setup(catalogue, Path.cwd()), Flags(), partial(_resolved, chosen, catalogue), _no_sweep)
    yield well("its declaration is sound")
    (experiment,) = chosen
    yield from extras(one.offer for step in experiment for one in (step, *step.inner))
    for check in _of_settings(experiment):
        try:
            check()
        except PluginError as error:
            yield told(error)


def _resolved(chosen: list[Experiment], catalogue: Catalogue, request: Request) -> None:
    from runner.plan.experiment import resolve

    with suppress(OSError):
        Path(request.root).rmdir()  # Hydra made it for a run; one that holds anything stays
    chosen.append(resolve(request.declared, catalogue, judged=True))


def _of_settings(experiment: Experiment) -> Iterator[Callable[[], None]]:
    """Give what looks for the libraries of settings that are no components."""
    from runner.execute.interpreting import shap_values  # scikit-learn, and the pages of a report
    from runner.report.html import document

    if experiment.report == "html":
        yield document.check_extra
    if experiment.interpret.shap:
        yield shap_values.check_extra


def _no_sweep(wanted: Any) -> Any:
    del wanted
    raise ConfigError(
        "this declaration is a sweep, and 'runner doctor' looks at one experiment. Leave 'hydra.mode' out, and set "
        "'repeat.seeds=1'."
    )


def _print_json(found: dict[str, list[Finding]], code: int) -> None:
    from runner.record import strict_json

    told = [
        {"area": area, "state": one.state, "code": int(one.code), "what": one.what, "mend": one.mend or None}
        for area, findings in found.items()
        for one in findings
    ]
    print(strict_json.dumps({"code": code, "findings": told}))


def _print(found: dict[str, list[Finding]]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    styles = {"ok": "green", "note": "yellow", "wrong": "bold red"}
    for area, findings in found.items():
        console.print(Text(area, style="bold"))
        for one in findings:
            console.print(
                Text(f"  {one.state:<6}", style=styles[one.state]).append(one.what, "default"), soft_wrap=True
            )
            if one.mend:
                console.print(Text(f"        → {one.mend}", style="cyan"), soft_wrap=True)
    worst = sum(one.state == "wrong" for findings in found.values() for one in findings)
    console.print("all is well" if not worst else f"{worst} things are wrong" if worst > 1 else "one thing is wrong")
