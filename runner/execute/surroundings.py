"""What a source leans on while it loads: made once for a run, or for a worker of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.catalogue import Catalogue
from runner.contracts import Source, SourceContext
from runner.execute.components import build_step
from runner.plan.experiment import inner_source


@dataclass(frozen=True)
class Surroundings:
    """folder: what relative paths mean. downloads: where fetched files may stay; None keeps none."""

    catalogue: Catalogue
    folder: Path
    downloads: Path | None = None

    def context(self, seed: int) -> SourceContext:
        """Return what a source is given. seed: of the experiment."""

        def build(declared: Mapping[str, Any]) -> Source:
            step = inner_source("source", declared, self.catalogue)
            built: Source = build_step(step, seed, self.folder)
            return built

        return SourceContext(self.folder, seed, cache=self.downloads, build=build)
