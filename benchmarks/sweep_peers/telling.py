"""What a contender that runs in a process of its own tells the benchmark: one line of JSON, its last."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from typing import Any


def since_start() -> float:
    """Return the seconds since the benchmark started this process."""
    return time.time() - float(os.environ["BENCHMARK_STARTED"])


def tell(scores: Iterable[tuple[Mapping[str, Any], float]], setup: float) -> None:
    """Print the score of each trial. setup: seconds until the first trial began; only the rest is scaled up."""
    told = [[sorted(settings.items()), float(score)] for settings, score in scores]
    print(json.dumps({"setup": setup, "scores": told}), flush=True)
