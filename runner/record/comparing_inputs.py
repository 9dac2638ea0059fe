"""What two runs of one declaration started from: config, data, code, packages, threads, kernels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from runner.record import layout, strict_json
from runner.record.read import Run

#: Groups that a replay leaves out: it neither tells others of itself nor deploys anything.
LEFT_OUT = ("trackers", "deployers")
#: Settings that decide what is made of a result, and not what it is.
BESIDE = (*LEFT_OUT, "report", "interpret")
#: Variables that decide results beside threads and kernels, which are compared by what they led to.
_VARIABLES = ("NPY_DISABLE_CPU_FEATURES", "MKL_CBWR", "PYTHONHASHSEED", "LANG", "LC_ALL", "TZ")
#: So many differing packages or settings are named.
_SHOWN = 5


@dataclass(frozen=True)
class Fact:
    """One thing compared. same: None where one of the two did not record it. then, now: short texts."""

    what: str
    then: str
    now: str
    same: bool | None

    @classmethod
    def of(cls, what: str, then: Any, now: Any) -> Fact:
        """Compare two values, each None where it was not recorded."""
        same = None if then is None or now is None else bool(then == now)
        return cls(what, _told(then), _told(now), same)


def compare_inputs(then: Run, now: Run) -> list[Fact]:
    """Compare what two runs started from."""
    threads = record_of(then, layout.THREADS), record_of(now, layout.THREADS)
    return [
        _differences("config", _settings(then.config), _settings(now.config)),
        Fact.of(f"data ({_source(then)})", _source_digest(then), _source_digest(now)),
        Fact.of("seeds", _digest(record_of(then, layout.SEEDS)), _digest(record_of(now, layout.SEEDS))),
        Fact.of("code", code_told(record_of(then, layout.CODE)), code_told(record_of(now, layout.CODE))),
        _differences("packages", record_of(then, layout.PACKAGES), record_of(now, layout.PACKAGES)),
        *_machine(*threads),
    ]


def record_of(run: Run, name: str) -> Any:
    """Return one of a run's records; None where it has none."""
    return strict_json.read(run.path / name) if name in run.files else None


def code_told(code: Mapping[str, Any] | None) -> str:
    """Tell a state of code in a few words; two states with the same words are the same as far as was recorded."""
    if code is None:
        return "not under git"
    commit = str(code["commit"])[:12]
    if not code["dirty"]:
        return commit
    patch = f"changes not kept: {code['patch_left_out']}" if code["patch_left_out"] else _digest(code["patch"] or "")
    return f"{commit} + {len(code['changed'])} changed ({patch})"


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Give (dotted key, value) for each value of a nested mapping."""
    if isinstance(node, Mapping) and node:
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, node


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    return dict(leaves({key: value for key, value in config.items() if key not in BESIDE}))


def _differences(what: str, then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> Fact:
    """Compare two mappings, and show only where they differ."""
    if then is None or now is None:
        return Fact(what, _told(then and len(then)), _told(now and len(now)), None)
    differing = [key for key in dict.fromkeys((*then, *now)) if then.get(key) != now.get(key)]
    if not differing:
        return Fact(what, f"{len(then)} as recorded", f"{len(now)} as recorded", True)
    return Fact(what, _listed(differing, then), _listed(differing, now), False)


def _listed(keys: Sequence[str], values: Mapping[str, Any]) -> str:
    shown = ", ".join(f"{key} {values.get(key, 'none')}" for key in keys[:_SHOWN])
    return shown + (f", … ({len(keys)} in all)" if len(keys) > _SHOWN else "")


def _source(run: Run) -> str:
    """Name the source, and the file or address it reads."""
    source = run.config.get("source") or {}
    place = next((source[key] for key in ("path", "url", "name") if source.get(key)), None)
    return f"{source.get('use')} {place!r}" if place else str(source.get("use"))


def _source_digest(run: Run) -> str | None:
    told = record_of(run, layout.SOURCES)
    return None if told is None else " ".join(one["fingerprint"][:12] for one in told["sources"])


def _machine(then: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> list[Fact]:
    """Compare what decides the last bits. Libraries are told apart by name; their order is that of loading."""
    told = {"threads": _threads, "kernel": _kernels, "variables": _variables}
    told |= {"python": _python, "cpu": _cpu, "platform": _platform}
    return [Fact.of(what, then and tell(then), now and tell(now)) for what, tell in told.items()]


def _threads(told: Mapping[str, Any]) -> str:
    return ", ".join(sorted({f"{one['internal_api']} {one['num_threads']}" for one in told["libraries"]}))


def _kernels(told: Mapping[str, Any]) -> str:
    blas = [one for one in told["libraries"] if one["user_api"] == "blas"]
    return ", ".join(
        sorted({f"{one['internal_api']} {one['version']} {one.get('architecture', '')}".strip() for one in blas})
    )


def _variables(told: Mapping[str, Any]) -> str:
    set_ones = {name: told["variables"][name] for name in _VARIABLES if name in told["variables"]}
    return ", ".join(f"{name}={value}" for name, value in set_ones.items()) or "none"


def _python(told: Mapping[str, Any]) -> str:
    return f"{told['python']['implementation']} {told['python']['version']}"


def _cpu(told: Mapping[str, Any]) -> str:
    features = _digest(told["cpu"].get("features"))
    return f"{told['cpu'].get('model')} x {told['cpu'].get('usable')} ({features})"


def _platform(told: Mapping[str, Any]) -> str:
    return " ".join(told["platform"][key] for key in ("system", "machine", "libc"))


def _digest(value: Any) -> str | None:
    if value is None:
        return None
    return sha256(strict_json.dumps({"": value}, indent=None).encode()).hexdigest()[:12]


def _told(value: Any) -> str:
    return "not recorded" if value is None else str(value)
