"""What the commands about runs and sweeps have in common: in which outputs folder, as JSON or not."""

from __future__ import annotations

import argparse
from pathlib import Path


def parser_of(command: str, about: str) -> argparse.ArgumentParser:
    """Return a parser of what such a command takes besides its own words."""
    parser = argparse.ArgumentParser(f"runner {command}", description=about)
    parser.add_argument("--outputs", type=Path, default=Path("outputs"), help="where run folders are (outputs)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser
