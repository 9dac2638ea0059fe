"""The threads and kernels that a run computed with, brought back for its replay.

BLAS adds up in another order with other threads or another kernel, which moves the last bits of a result. Both are
chosen when NumPy is loaded, so they are asked for by the environment of the process that replays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.record.environment import VARIABLES

#: What a CPU must be able to do for a kernel of OpenBLAS; one that lacks it would be ended by the system.
_NEEDS: Mapping[str, frozenset[str]] = {
    "prescott": frozenset({"pni"}),
    "core2": frozenset({"ssse3"}),
    "nehalem": frozenset({"sse4_2"}),
    "sandybridge": frozenset({"avx"}),
    "haswell": frozenset({"avx2", "fma"}),
    "zen": frozenset({"avx2", "fma"}),
    "skylakex": frozenset({"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"}),
    "cooperlake": frozenset({"avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_bf16"}),
}
_THREADS = {"openblas": "OPENBLAS_NUM_THREADS", "mkl": "MKL_NUM_THREADS", "blis": "BLIS_NUM_THREADS"}
_CORETYPE = "OPENBLAS_CORETYPE"


@dataclass(frozen=True)
class Surroundings:
    """variables: the environment of the process that replays. lacks: what cannot be brought back here, and why."""

    variables: Mapping[str, str]
    lacks: tuple[str, ...] = ()


def recorded_surroundings(
    then: Mapping[str, Any], now: Mapping[str, Any], environ: Mapping[str, str]
) -> Surroundings:
    """Return the surroundings of a run again, as far as this machine has them.

    then: `env/threads.json` of the run. now: `environment.threads()` of this machine. environ: of this process.
    Nothing is set that would be so anyway: a variable that is merely there already changes what libraries do.
    """
    wanted = {**_counts(then, now), **_kernel(then, now), **then.get("variables", {})}
    lacks = list(_missing_kernel(then, now))
    core = wanted.get(_CORETYPE)
    if core is not None and not _runs(core, then, now):
        lacks.append(f"{_CORETYPE}={core} is not set: this CPU cannot carry it out")
        del wanted[_CORETYPE]
    kept = {name: value for name, value in environ.items() if name not in VARIABLES}
    return Surroundings({**kept, **wanted}, tuple(lacks))


def _counts(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """Ask for the recorded threads where another number of CPUs would lead to others."""
    if then["cpu"].get("usable") == now["cpu"].get("usable"):
        return {}
    found = {}
    for library in then["libraries"]:
        name = "OMP_NUM_THREADS" if library["user_api"] == "openmp" else _THREADS.get(library["internal_api"])
        if name is not None:
            found[name] = str(library["num_threads"])
    return found


def _kernel(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """Ask for the recorded kernel where another CPU would lead to another."""
    kernel = _kernel_of(then)
    if kernel is None or then["cpu"].get("features") == now["cpu"].get("features") or not _runs(kernel, then, now):
        return {}
    return {_CORETYPE: kernel}


def _missing_kernel(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    missing = sorted(_features(then) - _features(now))
    if not missing:
        return []
    shown = ", ".join(missing[:6]) + (", …" if len(missing) > 6 else "")
    kernel = _kernel_of(then)
    told = [f"this CPU lacks {shown}, which the run's CPU had: libraries may choose other kernels"]
    if kernel is not None and not _runs(kernel, then, now):
        told.append(f"the BLAS kernel {kernel} cannot be carried out by this CPU")
    return told


def _kernel_of(told: Mapping[str, Any]) -> str | None:
    kernels = {one.get("architecture") for one in told["libraries"] if one.get("internal_api") == "openblas"} - {None}
    return str(kernels.pop()) if len(kernels) == 1 else None


def _runs(kernel: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Say whether this CPU can carry out a kernel; one that we do not know needs all that the other CPU could."""
    return _NEEDS.get(kernel.lower(), _features(then)) <= _features(now)


def _features(told: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(told["cpu"].get("features") or "").split())
