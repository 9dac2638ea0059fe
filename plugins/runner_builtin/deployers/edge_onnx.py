"""A folder that answers with nothing but onnxruntime and NumPy: for small machines, far from here.

What is in it was proven before: the graphs come from the bundle's exports `onnx` and `onnx_int8`, and the golden
questions with their answers travel along, so that the machine itself can see that it answers right.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from runner.errors import ConfigError
from runner.record import manifest, strict_json
from runner.ship.bill import needed

#: Graph -> the exporter that writes it.
_GRAPHS = {"model.onnx": "onnx", "model.int8.onnx": "onnx_int8"}
_PREDICT = "predict.py"
_COPIED = ("signature.json", "golden.json", "MODEL_CARD.md", "proofs.json")


@dataclass(frozen=True)
class EdgeOnnx:
    """Write a folder with the graph, `predict.py`, and everything else the machine needs or wants to check.

    `python predict.py rows.csv` answers; `python predict.py --check` asks the golden questions. It refuses a folder
    that does not agree with its manifest. Needs the exporter 'onnx'; with 'onnx_int8' the smaller graph comes along.
    """

    def deploy(self, bundle: Path, folder: Path) -> Sequence[Path]:
        """Copy what the machine needs. Raises ConfigError where the bundle has no graph."""
        graphs = {name: found for name, exporter in _GRAPHS.items() if (found := _graph(bundle, name, exporter))}
        if "model.onnx" not in graphs:
            raise ConfigError(
                "deployer 'edge_onnx' needs the model as an ONNX graph, and this run has none. Add the exporter "
                "'onnx': exporters=[skops,onnx]."
            )
        for name, found in graphs.items():
            shutil.copyfile(found, folder / name)
        for name in _COPIED:
            if (bundle / name).is_file():
                shutil.copyfile(bundle / name, folder / name)
        shutil.copyfile(Path(__file__).with_name("edge_predict.py"), folder / _PREDICT)
        (folder / "requirements.lock").write_text(_lock(), encoding="utf-8")
        (folder / "README.md").write_text(_told(bundle, graphs), encoding="utf-8")
        strict_json.write(folder / manifest.MANIFEST, manifest.build(folder))
        return sorted(path for path in folder.rglob("*") if path.is_file())


def _graph(bundle: Path, name: str, exporter: str) -> Path | None:
    """Find a graph; its exporter may have been chosen under another step's name."""
    found = sorted((bundle / "artifacts").glob(f"*/{name}"), key=lambda path: (path.parent.name != exporter, path))
    return found[0] if found else None


def _lock() -> str:
    """List onnxruntime and NumPy with what they need, at the versions that the model was proven with."""
    recorded = {name: version(name) for name in ("onnxruntime", "numpy", "flatbuffers", "packaging", "protobuf")}
    return "".join(f"{name}=={number}\n" for name, number in needed(("onnxruntime", "numpy"), recorded).items())


def _told(bundle: Path, graphs: Mapping[str, Path]) -> str:
    proofs: Mapping[str, Any] = strict_json.read(bundle / "proofs.json") if (bundle / "proofs.json").is_file() else {}
    rows = [_row(name, found, proofs.get(found.parent.name)) for name, found in graphs.items()]
    columns = ("graph", "bytes", "compared with the model", "other labels", "off by at most", "one row")
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
    return f"""# A model for the edge

Needs Python 3.11 or newer, onnxruntime and NumPy, and no network:

    python -m pip install -r requirements.lock
    python predict.py --check
    python predict.py rows.csv > answers.csv
    python predict.py --graph model.int8.onnx rows.json

{head}
{chr(10).join(rows)}

Rows are CSV with the columns' names, or JSON, a list of objects. `signature.json` says which inputs there are.
"""


def _row(name: str, found: Path, proof: Mapping[str, Any] | None) -> str:
    size = f"{found.stat().st_size:,}"
    if not proof:
        return f"| {name} | {size} | not measured | | | |"
    rows = proof["rows"] + proof["edge_rows"]
    share = proof["labels"] / rows if rows else 0.0
    return (
        f"| {name} | {size} | {rows:,} rows | {proof['labels']} ({share:.2%}) | {proof['worst']:.2g} | "
        f"{proof['latency'] * 1e3:.3g} ms |"
    )
