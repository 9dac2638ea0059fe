"""How much memory and time does the source `csv` take, against pandas alone?

    python benchmarks/csv_memory.py [--megabytes 200] [--kind mixed|numbers|quoted|late]

Both read the same made-up file, each in a fresh process. Printed are the rows per second, the seconds, those of
the processor (the source reads ahead on a second core), and the memory at its highest, less what the process held
before, as a multiple of what the finished table takes. `late` is the worst case of the source: a column of numbers
whose last row holds a text, so that the file is read twice. pandas counts no fields, takes no fingerprint and tells
nothing of what it bent.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

KINDS = ("mixed", "numbers", "quoted", "late")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--json", action="store_true", help="print what was measured as JSON, of the source only")
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        print(json.dumps(measured(*options.read)))
        return
    readers = ("runner",) if options.json else ("pandas", "runner")
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.kind or KINDS:
            path = Path(folder, f"{kind}.csv")
            write(path, kind, options.megabytes * 10**6)
            found[kind] = {reader: in_fresh_process(reader, path) for reader in readers}
            path.unlink()
    if options.json:
        print(json.dumps(found))
    else:
        show(found)


def show(found: dict[str, dict[str, Any]]) -> None:
    print(f"{'file':10}{'reader':10}{'rows/s':>12}{'seconds':>10}{'CPU s':>8}{'table MB':>10}{'peak/table':>12}")
    for kind, readers in found.items():
        for reader, seen in readers.items():
            print(
                f"{kind:10}{reader:10}{seen['rows'] / seen['seconds']:12,.0f}"
                f"{seen['seconds']:10.2f}{seen['cpu']:8.2f}"
                f"{seen['table'] / 1e6:10.0f}{seen['peak'] / seen['table']:12.2f}"
            )


def write(path: Path, kind: str, size: int) -> None:
    """Repeat a made-up piece until the file is large enough."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(20_000, 6))
    words = rng.choice(["red", "green", "blue", "a longer text with several words"], size=20_000)
    lines = []
    for row, word in zip(numbers.tolist(), words.tolist(), strict=True):
        fields = [f"{value:.6f}" for value in row] + [str(int(row[0] * 1e6))]
        fields += {"mixed": [word], "quoted": [f'"{word}, and more"'], "late": [word]}.get(kind, ["1"])
        lines.append(",".join([*fields, str(len(lines) % 2)]))
    piece = "\n".join(lines) + "\n"
    with path.open("w") as file:
        file.write("a,b,c,d,e,f,n,t,y\n")
        for _ in range(max(1, size // len(piece))):
            file.write(piece)
        if kind == "late":
            file.write("0,0,0,0,0,0,many,red,1\n")


def in_fresh_process(reader: str, path: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--read", reader, str(path)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def measured(reader: str, path: str) -> dict[str, Any]:
    read = _pandas_reader() if reader == "pandas" else _runner_reader()
    read(str(_small(path)))
    before = _peak()
    start, start_cpu = time.perf_counter(), time.process_time()
    tables = read(path)
    seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    return {
        "rows": len(tables[0]),
        "seconds": seconds,
        "cpu": cpu,
        "table": sum(int(table.memory_usage(index=False, deep=True).sum()) for table in tables),
        "peak": _peak() - before,
    }


def _small(path: str) -> Path:
    """Make a small file to warm up with: modules are loaded before anything is measured."""
    small = Path(path).with_suffix(".small.csv")
    with open(path) as file:
        small.write_text("".join(line for line, _ in zip(file, range(100), strict=False)))
    return small


def _pandas_reader() -> Callable[[str], list[Any]]:
    import pandas as pd

    return lambda path: [pd.read_csv(path, low_memory=False)]


def _runner_reader() -> Callable[[str], list[Any]]:
    import pandas as pd

    from runner.contracts import SourceContext
    from runner_builtin.sources.csv_source import CsvSource

    def read(path: str) -> list[Any]:
        dataset = CsvSource(path=path, target="y").load(SourceContext(Path(), 0))
        return [dataset.features, pd.DataFrame({"y": dataset.target})]

    return read


def _peak() -> int:
    """The most memory that the process has held so far, in bytes: Linux keeps it per process image."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


if __name__ == "__main__":
    main()
