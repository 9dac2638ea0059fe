"""How fast, and in how little memory, does a table that is never all in memory become a fitted model?

    python benchmarks/streaming.py [--rows 1000000] [--rounds 3] [--quick]

A made-up CSV (twelve words drawn by Zipf's law, two numbers, a label that some of the words decide) goes to hashing,
scaling and a linear classifier, trained in one pass; a quarter of the rows, chosen by a hash of their number, is
scored. Contenders:

* `source.stream: true`: the run as declared, with its folder, checks, data report and export. It reads the file in
  three passes (the scaler learns and the classes are found, the model learns, the held-out rows are scored), and each
  pass twice: types are those of the whole file before the first row is given out.
* pandas, chunks: `read_csv(chunksize=…)` and `partial_fit` in the same three passes, as one would write it by hand;
  classes and types are known beforehand, and nothing is checked, recorded or saved.
* pandas, chunks, text alone: the same without the numbers, in two passes.
* the same run without `stream`, and pandas with the whole table: everything in memory.

In each round every contender runs once, in turn, in a fresh process, so that all meet the same noise. Seconds begin
after the imports and a run over a small file. Printed are medians, the median of the ratios to the first round by
round, and the most memory that the process has held, imports included.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

CHUNK = 65_536
N_FEATURES = 2**18
CLASSES = ["ham", "spam"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the rows and one round, to see that it works"
    )
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, small, large = options.one
        print(json.dumps(measured(CONTENDERS[name], Path(small), Path(large))))
        return
    rows, rounds = (options.rows // 10, 1) if options.quick else (options.rows, options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.csv"), Path(folder, "large.csv")
        write(small, 2_000)
        write(large, rows)
        print(f"{rows:,} rows, {large.stat().st_size / 1e6:.0f} MB", flush=True)
        report([{name: in_fresh_process(name, small, large) for name in CONTENDERS} for _ in range(rounds)], rows)


def report(found: list[Mapping[str, Mapping[str, float]]], rows: int) -> None:
    print(f"{'':<34}{'median, s':>10}{'rows/s':>10}{'times ours (min-max)':>24}{'peak, MB':>10}{'accuracy':>10}")
    base = [one[next(iter(CONTENDERS))]["seconds"] for one in found]
    for name in CONTENDERS:
        seconds = [one[name]["seconds"] for one in found]
        ratios = [one / ours for one, ours in zip(seconds, base, strict=True)]
        median = statistics.median(seconds)
        print(
            f"{name:<34}{median:>10.1f}{rows / median:>10,.0f}"
            f"{f'{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})':>24}"
            f"{max(one[name]['peak'] for one in found) / 1e6:>10.0f}{found[0][name]['accuracy']:>10.3f}"
        )


def write(path: Path, rows: int) -> None:
    rng = np.random.default_rng(0)
    words = np.array([f"w{number}" for number in range(20_000)])
    with path.open("w") as file:
        file.write("text,length,ratio,label\n")
        for start in range(0, rows, CHUNK):
            count = min(CHUNK, rows - start)
            drawn = (rng.pareto(1.1, size=(count, 12)) * 20).astype(int) % len(words)
            spam = (drawn % 7 == 0).sum(axis=1) > 1
            numbers = rng.normal(loc=(40.0, 0.5), scale=(9.0, 0.1), size=(count, 2))
            file.writelines(
                f"{' '.join(words[row])},{length:.3f},{ratio:.4f},{CLASSES[int(label)]}\n"
                for row, (length, ratio), label in zip(drawn, numbers.tolist(), spam, strict=True)
            )


def in_fresh_process(name: str, small: Path, large: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", name, str(small), str(large)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def measured(run: Callable[[Path], float], small: Path, large: Path) -> dict[str, float]:
    run(small)
    start = time.perf_counter()
    accuracy = run(large)
    return {"seconds": time.perf_counter() - start, "accuracy": accuracy, "peak": peak()}


def peak() -> int:
    """The most memory that the process has held so far, in bytes: Linux keeps it per process image."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024  # type: ignore[index]


# --- contenders ------------------------------------------------------------------------------------------


def streamed(path: Path) -> float:
    return declared(path, stream=True)


def in_memory(path: Path) -> float:
    return declared(path, stream=False)


def declared(path: Path, *, stream: bool) -> float:
    import runner

    model: dict[str, Any] = {"use": "SGDClassifier", "random_state": 0}
    outcome = runner.run(
        {
            "source": {"use": "csv", "path": str(path), "target": "label", "stream": stream},
            "splitter": "hashed_holdout",
            "transforms": [
                {"use": "hashing", "columns": "text", "n_features": N_FEATURES},
                {"use": "StandardScaler", "columns": ["length", "ratio"]},
            ],
            "model": model if stream else {**model, "max_iter": 1, "tol": None},
            "metrics": ["accuracy"],
        },
        outputs=path.parent / "outputs",
    )
    return float(outcome.metrics.total["accuracy"].mean)  # type: ignore[arg-type]


def pandas_chunks(path: Path) -> float:
    import pandas as pd
    from scipy import sparse
    from sklearn.linear_model import SGDClassifier
    from sklearn.preprocessing import StandardScaler

    hashing, scaler, model = vectorizer(), StandardScaler(), SGDClassifier(random_state=0)

    def features(rows: Any) -> Any:
        return sparse.hstack(
            [hashing.transform(rows["text"]), scaler.transform(rows[["length", "ratio"]])], format="csr"
        )

    for chunk in pd.read_csv(path, chunksize=CHUNK):
        scaler.partial_fit(chunk[~tested(chunk.index)][["length", "ratio"]])
    for chunk in pd.read_csv(path, chunksize=CHUNK):
        rows = chunk[~tested(chunk.index)]
        model.partial_fit(features(rows), rows["label"], classes=CLASSES)
    right = []
    for chunk in pd.read_csv(path, chunksize=CHUNK):
        rows = chunk[tested(chunk.index)]
        right.append(model.predict(features(rows)) == rows["label"].to_numpy())
    return float(np.concatenate(right).mean())


def pandas_fewer(path: Path) -> float:
    import pandas as pd
    from sklearn.linear_model import SGDClassifier

    hashing, model = vectorizer(), SGDClassifier(random_state=0)
    for chunk in pd.read_csv(path, chunksize=CHUNK):
        rows = chunk[~tested(chunk.index)]
        model.partial_fit(hashing.transform(rows["text"]), rows["label"], classes=CLASSES)
    right = []
    for chunk in pd.read_csv(path, chunksize=CHUNK):
        rows = chunk[tested(chunk.index)]
        right.append(model.predict(hashing.transform(rows["text"])) == rows["label"].to_numpy())
    return float(np.concatenate(right).mean())


def pandas_whole(path: Path) -> float:
    import pandas as pd
    from scipy import sparse
    from sklearn.linear_model import SGDClassifier
    from sklearn.preprocessing import StandardScaler

    table = pd.read_csv(path)
    held = tested(table.index)
    train, test = table[~held], table[held]
    hashing, scaler = vectorizer(), StandardScaler().fit(train[["length", "ratio"]])
    model = SGDClassifier(random_state=0, max_iter=1, tol=None)
    parts = [
        sparse.hstack([hashing.transform(rows["text"]), scaler.transform(rows[["length", "ratio"]])], format="csr")
        for rows in (train, test)
    ]
    model.fit(parts[0], train["label"])
    return float((model.predict(parts[1]) == test["label"].to_numpy()).mean())


def vectorizer() -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(n_features=N_FEATURES)


def tested(row_numbers: Any) -> Any:
    """Choose the rows that the splitter `hashed_holdout` chooses."""
    from runner_builtin.splitters.hashed_splitter import shares

    return shares(np.asarray(row_numbers, dtype=np.int64), "") < 0.25


CONTENDERS: Mapping[str, Callable[[Path], float]] = {
    "source.stream: true": streamed,
    "pandas, chunks": pandas_chunks,
    "pandas, chunks, text alone": pandas_fewer,
    "the same run without stream": in_memory,
    "pandas, the whole table": pandas_whole,
}


if __name__ == "__main__":
    main()
