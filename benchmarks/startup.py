"""How long does a whole run take, from the shell's point of view, against the script one would write oneself?

    python benchmarks/startup.py [--rounds 9]
    python benchmarks/startup.py --plugins 20 [--rounds 9]      what so many plugins add, in CPU time

Each round runs every command once, in turn, in a fresh process, so that all of them meet the same noise.
Printed are medians and, because machines differ and drift, the ratio of each to its bare script, pair by
pair. The bare script does the same work with scikit-learn: load digits, split, scale, fit, F1, save. Like
is compared with like: both sides save in one format, skops (the default here) or pickle.
"""

from __future__ import annotations

import argparse
import compileall
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from runner.scaffold.files import write_new
from runner.scaffold.plugin import NewPlugin

SCRIPT = """\
import sys
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

def main(seed, epochs, path):
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=seed)
    # As many updates as the experiment makes: its augmenters triple the rows.
    model = SGDClassifier(loss="log_loss", alpha=1e-4, max_iter=3 * epochs, tol=None, random_state=seed)
    pipeline = make_pipeline(MinMaxScaler(), model)
    pipeline.fit(X_train, y_train)
    predicted = pipeline.predict(X_test)
    print("accuracy", accuracy_score(y_test, predicted))
    print("f1", f1_score(y_test, predicted, average="macro"))
    print(confusion_matrix(y_test, predicted))
    if path.endswith(".skops"):
        import skops.io
        skops.io.dump(pipeline, path)
    else:
        import joblib
        joblib.dump(pipeline, path)
"""

BARE = SCRIPT + "\nmain(0, 20, sys.argv[1])\n"

HYDRA = (
    SCRIPT
    + """
import hydra
sys.argv, path = sys.argv[:1], sys.argv[1]

@hydra.main(config_path=".", config_name="bare", version_base="1.3")
def app(cfg):
    main(cfg.seed, cfg.epochs, path)

app()
"""
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--plugins", type=int, default=0, help="measure only what so many installed plugins add")
    arguments = parser.parse_args()
    rounds = arguments.rounds
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if arguments.plugins:
            times = measured(looks(arguments.plugins, place), place, rounds, cpu_of_children)
            report_added(arguments.plugins, times)
            return
        (place / "bare.py").write_text(BARE)
        (place / "hydra_app.py").write_text(HYDRA)
        (place / "bare.yaml").write_text("seed: 0\nepochs: 20\n")
        times = measured(commands(), place, rounds)
    report(times)


def looks(count: int, place: Path) -> dict[str, list[str]]:
    """Return commands that look at things, each without and with so many plugins of two components."""
    site = place / "site"
    for number in range(count):
        plugin = NewPlugin.of(f"acme{number}", [("cleaner", None), ("optimizer", None)])
        write_new(site, {name: text for name, text in plugin.files().items() if name.startswith("runner_")})
        metadata = f"Metadata-Version: 2.1\nName: {plugin.distribution}\nVersion: 0.1.0\n"
        info = f"{plugin.package}-0.1.0.dist-info"
        points = f"[runner.plugins]\n{plugin.name} = {plugin.package}.hooks\n"
        write_new(site, {f"{info}/METADATA": metadata, f"{info}/entry_points.txt": points})
    compileall.compile_dir(site, quiet=1)  # as pip does when it installs a wheel
    empty = place / "empty"
    empty.mkdir(exist_ok=True)  # where every import is looked for, too: plugins add no such folder
    python = [sys.executable, "-P", "-m", "runner.cli"]
    found = {}
    for words in (["--help"], ["plugins"], ["+experiment=digits", "--cfg", "job"]):
        name = f"runner {' '.join(words)}"
        found[name] = ["env", f"PYTHONPATH={empty}", *python, *words]
        found[f"{name}, {count} plugins"] = ["env", f"PYTHONPATH={site}", *python, *words]
    return found


def report_added(count: int, times: Mapping[str, Sequence[float]]) -> None:
    # The least of each: what else the machine does can only add.
    print(f"{'command, least CPU time':<40}{'s':>10}{f'added by {count} plugins, ms':>32}")
    suffix = f", {count} plugins"
    for name in [name for name in times if not name.endswith(suffix)]:
        added = 1000 * (min(times[name + suffix]) - min(times[name]))
        print(f"{name:<40}{min(times[name]):>10.3f}{added:>32.0f}")


def commands() -> dict[str, list[str]]:
    python = [sys.executable]
    run = [*python, "-P", "-m", "runner.cli", "+experiment=digits"]
    return {
        "bare script, skops": [*python, "bare.py", "model.skops"],
        "bare Hydra app, skops": [*python, "hydra_app.py", "model.skops"],
        "runner +experiment=digits": run,
        "bare script, pickle": [*python, "bare.py", "model.joblib"],
        "bare Hydra app, pickle": [*python, "hydra_app.py", "model.joblib"],
        "runner … exporters=[pickle]": [*run, "exporters=[pickle]"],
        "runner --help": [*python, "-P", "-m", "runner.cli", "--help"],
        "runner … --cfg job": [*run, "--cfg", "job"],
    }


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(
    commands: Mapping[str, Sequence[str]], place: Path, rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in commands}
    for round_number in range(rounds + 1):
        for name, command in commands.items():
            start = clock()
            subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ))
            if round_number:  # the first one warms the file cache
                times[name].append(clock() - start)
    return times


def report(times: Mapping[str, Sequence[float]]) -> None:
    print(f"{'command':<30}{'median, s':>10}{'ratio to its bare script: median (min-max)':>46}")
    base: Sequence[float] = ()
    for name, seconds in times.items():
        if name.startswith("bare script"):
            base = seconds
        ratios = [own / other for own, other in zip(seconds, base, strict=True)]
        told = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        print(f"{name:<30}{statistics.median(seconds):>10.2f}{told:>46}")


if __name__ == "__main__":
    main()
