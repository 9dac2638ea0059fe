"""Python, the packages that ours needs, and the threads and BLAS kernels that do the computing."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any

from packaging.requirements import Requirement

from runner.doctor.finding import Finding, noted, well, wrong
from runner.errors import ExitCode
from runner.record import environment

OURS = "runner-ml"


def versions() -> Iterator[Finding]:
    """Compare what is installed with what our metadata ask for."""
    told = ", ".join(f"{name} {version(name)}" for name in (OURS, "hydra-core", "numpy", "scikit-learn", "pandas"))
    yield well(f"Python {platform.python_version()}, {told}")
    for requirement in map(Requirement, requires(OURS) or ()):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            found = "not installed"
        if found == "not installed" or not requirement.specifier.contains(found, prereleases=True):
            yield wrong(
                f"{requirement.name} is {found}, and {OURS} needs {requirement.name}{requirement.specifier}",
                f"pip install '{requirement.name}{requirement.specifier}'",
                ExitCode.PLUGIN,
            )


def threads() -> Iterator[Finding]:
    """Look at the thread pools that NumPy and SciPy bring."""
    import numpy  # noqa: F401 - only libraries that are loaded can be seen
    import scipy.linalg  # noqa: F401

    around = environment.threads()
    usable = around["cpu"]["usable"] or 1
    pools: list[dict[str, Any]] = around["libraries"]
    for pool in pools:
        words = [
            pool["internal_api"],
            pool.get("version"),
            f"{pool['num_threads']} threads",
            pool.get("architecture"),
        ]
        yield well(" ".join(str(word) for word in words if word) + f" on {usable} usable CPUs")
    if any(pool["num_threads"] > usable for pool in pools):
        yield noted("more threads than usable CPUs wait for each other", f"export OMP_NUM_THREADS={usable}")
    runtimes = sorted({str(pool["prefix"]) for pool in pools if pool["user_api"] == "openmp"})
    if len(runtimes) > 1:
        yield noted(
            f"two OpenMP runtimes are loaded, {' and '.join(runtimes)}; each has threads of its own",
            "install NumPy, SciPy and scikit-learn from one place",
        )
