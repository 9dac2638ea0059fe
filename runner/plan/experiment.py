"""A declaration, checked: which components, with which settings, in which order.

`resolve` turns the plain mapping that Hydra composed (or a person wrote in Python) into an `Experiment`.
Everything that can be known without data is decided here: every name is looked up, every setting checked
against its signature, and a declaration that cannot run is refused before anything is loaded or written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from runner.catalogue import NONE, Catalogue, Offer
from runner.checking import SettingError, check_settings
from runner.contracts import KINDS, Kind
from runner.errors import ConfigError, did_you_mean
from runner.options import Count
from runner.plan.about import About
from runner.plan.interpret import Interpret
from runner.plan.intervals import Intervals
from runner.plan.keys import digest_of
from runner.plan.nested import chosen_inside, declared_models, declared_sources
from runner.secrets import REDACTED, holds_plain_secret
from runner.signature import Option

#: Settings of the experiment itself, beside the groups of components.
GENERAL = (
    Option("name", str | None, None),
    Option("seed", int, 0),
    Option("score_by", str | None, None),
    Option("refit", Literal["auto", "always", "never"], "auto"),
    Option("strict", bool, False),
    Option("outputs", str, "outputs"),
    Option("repeat", dict[str, Any] | None, None),
    Option("intervals", dict[str, Any] | None, None),
    Option("interpret", dict[str, Any] | None, None),
    Option("report", Literal["none", "html"], "none"),
    Option("about", dict[str, Any] | None, None),
)

#: What the engine of a sweep reads; one trial knows nothing of it.
OF_SWEEPS = ("sweep",)

_GROUPS = {kind.group: kind for kind in KINDS.values()}

#: Kinds that components may be declared inside of: sources in a source, models in the others.
_NESTED = {"source": declared_sources, "model": declared_models, "compressor": declared_models}


@dataclass(frozen=True)
class Step:
    """A component in its place. name: of the step, unique in its group; settings: checked, without `use`.

    inner: the sources that are declared inside a source, the models inside a model; within: where such a one stands.
    """

    kind: str
    name: str
    offer: Offer
    settings: Mapping[str, Any]
    inner: tuple[Step, ...] = ()
    within: str = ""

    @property
    def path(self) -> str:
        """Where the declaration holds it, such as "cleaners.drop_missing" or "model"."""
        kind = KINDS[self.kind]
        if self.within:
            return f"{self.within}.{self.name}"
        return f"{kind.group}.{self.name}" if kind.many else kind.group

    @cached_property
    def receives(self) -> frozenset[str]:
        """The kinds of components that the core hands in, to those inside too."""
        return frozenset(self.offer.signature.receives.values()).union(*(step.receives for step in self.inner))

    @cached_property
    def own(self) -> Mapping[str, Any]:
        """The settings that are not at their default."""
        settings = dict(self.settings)
        for option in self.offer.signature.options:
            if option.name in settings and _same(settings[option.name], option.default):
                del settings[option.name]
        return settings

    @cached_property
    def key(self) -> str:
        """What the component is and how it is set, as 64 hex digits; a setting at its default does not count."""
        inner = [[step.name, step.key] for step in self.inner]
        return digest_of(self.kind, self.offer.qualified, self.offer.code, self.own, *([inner] if inner else []))


def _same(value: Any, default: Any) -> bool:
    if isinstance(value, list) and isinstance(default, tuple):
        value = tuple(value)
    return type(value) is type(default) and bool(value == default)


@dataclass(frozen=True)
class Repeat:
    """Repetitions inside a trial. seeds: how often everything that is random is drawn anew.

    race: of a sweep's trials, one that the seeds so far show to be worse than the best is not repeated further.
    """

    seeds: int = 1
    race: bool = True

    @classmethod
    def of(cls, declared: Mapping[str, Any] | None) -> Repeat:
        """Check the section `repeat`. Raises ConfigError."""
        options = (Option("seeds", Count, 1), Option("race", bool, True))
        return cls(**check_settings("repeat", options, dict(declared or {})))


@dataclass(frozen=True)
class Experiment:
    """A checked declaration. steps: group -> steps in order; remarks: what a person should know about it."""

    name: str
    seed: int
    score_by: str | None
    refit: Literal["auto", "always", "never"]
    strict: bool
    repeat: Repeat
    steps: Mapping[str, tuple[Step, ...]]
    remarks: tuple[str, ...] = ()
    intervals: Intervals = field(default_factory=Intervals)
    report: Literal["none", "html"] = "none"
    about: About = field(default_factory=About)
    interpret: Interpret = field(default_factory=Interpret)

    @property
    def declared(self) -> dict[str, Any]:
        """The whole declaration as checked: what the run folder keeps, and what can be run again."""
        general = {
            "name": self.name,
            "seed": self.seed,
            "score_by": self.score_by,
            "refit": self.refit,
            "strict": self.strict,
            "repeat": {"seeds": self.repeat.seeds, "race": self.repeat.race},
            "intervals": self.intervals.declared,
            "interpret": self.interpret.declared,
            "report": self.report,
            "about": self.about.declared,
        }
        return general | {group: _as_declared(group, chosen) for group, chosen in self.steps.items()}

    def one(self, group: str) -> Step | None:
        """Return the component of a group that takes one, or None where none is chosen."""
        steps = self.steps[group]
        return steps[0] if steps else None

    def many(self, group: str) -> tuple[Step, ...]:
        """Return the steps of a group, in order."""
        return self.steps[group]

    def __iter__(self) -> Iterator[Step]:
        for steps in self.steps.values():
            yield from steps


def resolve(
    declared: Mapping[str, Any],
    catalogue: Catalogue,
    *,
    name: str | None = None,
    judged: bool = False,
    known: MutableMapping[str, Step] | None = None,
) -> Experiment:
    """Check a declaration. Raises ConfigError, PluginError.

    name: used where the declaration gives none. judged: this very declaration was resolved before, in the
    process that sent it; its values are not judged again. known: steps checked before, and where those checked
    now are put: the trials of a sweep have most of theirs in common.
    """
    checked = {} if known is None else known
    _check_keys(declared)
    if known is None:
        _check_kept(declared)
    general = check_settings(
        "the experiment",
        GENERAL,
        {option.name: declared[option.name] for option in GENERAL if option.name in declared},
        judged=judged,
    )
    defaults = {option.name: option.default for option in GENERAL}
    remarks: list[str] = []
    steps = {
        group: tuple(
            _known_step(kind, step, entry, catalogue, checked, judged=judged)
            for step, entry in _entries(kind, declared.get(group), remarks)
        )
        for group, kind in _GROUPS.items()
    }
    settings = {**defaults, **general}
    settings["name"] = settings["name"] or name or "unnamed"
    experiment = Experiment(
        name=settings["name"],
        seed=settings["seed"],
        score_by=settings["score_by"],
        refit=settings["refit"],
        strict=settings["strict"],
        repeat=Repeat.of(settings["repeat"]),
        steps=steps,
        remarks=(*remarks, *local_remarks(step for chosen in steps.values() for step in chosen)),
        intervals=Intervals.of(settings["intervals"]),
        report=settings["report"],
        about=About.of(settings["about"]),
        interpret=Interpret.of(settings["interpret"]),
    )
    if not judged:  # of a trial, whoever sends it leaves out what a worker has no use for
        _check_whole(experiment)
    return experiment


def local_remarks(steps: Iterable[Step]) -> Iterator[str]:
    """Tell which components come from the folder one stands in: their code is nowhere else."""
    for step in steps:
        plugin = step.offer.plugin
        if plugin.is_local:
            yield f"{step.offer} comes from ./{plugin.name}.py ({plugin.version})"


def _check_keys(declared: Mapping[str, Any]) -> None:
    known = [*_GROUPS, *(option.name for option in GENERAL)]
    for key in declared:
        if key not in known and key not in OF_SWEEPS:
            raise ConfigError(f"an experiment has no setting {key!r}. {did_you_mean(str(key), known)}")


def _check_kept(declared: Mapping[str, Any]) -> None:
    """Refuse a secret that is written out, and one that a record left out: it must not be sent as if it were one."""
    texts = [(key, value) for key, value in _leaves(declared) if isinstance(value, str)]
    missing = [key for key, value in texts if REDACTED in value]
    if missing:
        raise ConfigError(
            f"{', '.join(missing)}: {REDACTED!r} stands for a secret that was not kept. "
            "Give the value again, by a variable of the environment: '${secret:env:NAME}'."
        )
    plain = [key for key, value in texts if holds_plain_secret(key.rpartition(".")[2], value)]
    if plain:
        raise ConfigError(
            f"{', '.join(plain)}: a secret in a declaration ends up in every record of the run. Put it into a "
            "variable of the environment and write '${secret:env:NAME}', or into a file: '${secret:file:PATH}'."
        )


def _leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list | tuple):
        for position, value in enumerate(node):
            yield from _leaves(value, f"{path}[{position}]")
    else:
        yield path, node


def _entries(kind: Kind, node: Any, remarks: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give (step, its node with `use`) for every component that is chosen in a group."""
    if kind.many:
        for name, entry in steps_by_name(kind, node):
            if isinstance(entry, Mapping) and "use" in entry:
                if entry["use"] != NONE:
                    yield name, entry
            elif entry is not None:
                remarks.append(
                    f"{kind.group}.{name} holds settings for a step that is not chosen: ignored. "
                    f"'{kind.group}=[…,{name}]' or '+{kind.group}={name}' chooses it."
                )
        return
    entry = {"use": node} if isinstance(node, str) else node
    if not entry:
        return
    if not isinstance(entry, Mapping) or "use" not in entry:
        raise ConfigError(
            f"{kind.group}: {node!r} names no component; choose one with '{kind.group}=NAME' or 'use: NAME'"
        )
    if entry["use"] != NONE:
        yield str(entry["use"]), entry


def steps_by_name(kind: Kind, node: Any) -> list[tuple[str, Any]]:
    """Accept steps by name (the usual form), or as a list of names or of mappings with `use`."""
    if node is None or node == NONE:
        return []
    if isinstance(node, Mapping):
        return [(str(name), entry) for name, entry in node.items()]
    if isinstance(node, str) or not isinstance(node, Sequence):
        raise ConfigError(f"{kind.group}: expected steps by name or a list of steps, got {node!r}")
    entries: list[tuple[str, Any]] = []
    for item in node:
        entry = {"use": item} if isinstance(item, str) else item
        if not isinstance(entry, Mapping) or "use" not in entry:
            raise ConfigError(f"{kind.group}: {item!r} is neither a name nor a mapping with 'use'")
        base = str(entry["use"]).rpartition(":")[2]
        taken = sum(name == base or name.startswith(f"{base}_") for name, _ in entries)
        entries.append((f"{base}_{taken + 1}" if taken else base, entry))
    return entries


def _known_step(
    kind: Kind,
    name: str,
    entry: Mapping[str, Any],
    catalogue: Catalogue,
    known: MutableMapping[str, Step],
    *,
    judged: bool,
) -> Step:
    try:
        key = json.dumps([kind.name, name, entry])
    except TypeError:  # an object given from Python
        return step_of(kind, name, entry, catalogue, judged=judged)
    if key not in known:
        _check_kept({f"{kind.group}.{name}" if kind.many else kind.group: entry})
        known[key] = step_of(kind, name, entry, catalogue, judged=judged)
    return known[key]


def step_of(kind: Kind, name: str, entry: Mapping[str, Any], catalogue: Catalogue, *, judged: bool) -> Step:
    """Check a component in its place. entry: its settings and `use`. Raises ConfigError, PluginError."""
    offer = catalogue.find(kind.name, str(entry["use"]))
    path = f"{kind.group}.{name}" if kind.many else kind.group
    try:
        checked = offer.check(_settings(entry), judged=judged)
    except SettingError as error:
        raise error.at(path) from None
    # What a source inside another lacks, such as its path, the outer one may give; nobody gives it to a model.
    inner = _inner(path, offer, checked, catalogue, partial=kind.name == "source", judged=judged)
    return Step(kind.name, name, offer, checked, inner)


def inner_source(path: str, entry: Any, catalogue: Catalogue, *, partial: bool = False, judged: bool = False) -> Step:
    """Check a source that is declared inside another. Raises ConfigError.

    path: where the declaration holds it, such as "source.read". partial: the outer one gives what is missing.
    """
    return _inner_step("source", path, entry, catalogue, partial=partial, judged=judged)


def _inner(
    path: str, outer: Offer, settings: Mapping[str, Any], catalogue: Catalogue, *, partial: bool, judged: bool
) -> tuple[Step, ...]:
    """Check all that is declared inside a component."""
    find = _NESTED.get(outer.kind)
    declared = find(outer.signature.options, settings) if find else ()
    kind = "source" if outer.kind == "source" else "model"
    return tuple(
        _inner_step(kind, f"{path}.{key}", one, catalogue, partial=partial, judged=judged) for key, one in declared
    )


def _inner_step(kind: str, path: str, entry: Any, catalogue: Catalogue, *, partial: bool, judged: bool) -> Step:
    offer = catalogue.find(kind, chosen_inside(kind, path, entry))
    try:
        checked = offer.check(_settings(entry), judged=judged, partial=partial)
    except SettingError as error:
        raise error.at(path) from None
    inner = _inner(path, offer, checked, catalogue, partial=partial, judged=judged)
    return Step(kind, offer.name, offer, checked, inner, within=path)


def _settings(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in entry.items() if key != "use"}


def _as_declared(group: str, chosen: Sequence[Step]) -> dict[str, Any]:
    entries = {step.name: {"use": _use(step), **step.settings} for step in chosen}
    if _GROUPS[group].many:
        return entries
    return next(iter(entries.values())) if chosen else {"use": NONE}


def _use(step: Step) -> str:
    return step.offer.qualified if step.offer.plugin.contested else step.offer.name


def _check_whole(experiment: Experiment) -> None:
    for kind in KINDS.values():
        if kind.required and not experiment.steps[kind.group]:
            raise ConfigError(
                f"no {kind.name} is chosen. Choose an experiment ('runner +experiment=NAME', 'runner --help' "
                f"lists them) or a {kind.name} ('{kind.group}=NAME')."
            )
    model = experiment.one("model")
    assert model is not None
    for group in ("optimizer", "scheduler"):
        chosen = experiment.one(group)
        if chosen and chosen.kind not in model.receives:
            raise ConfigError(
                f"{model.offer} takes no {group}, so {chosen.offer} would be ignored. "
                f"Use '{group}=none', or a model that is trained by gradients."
            )
    names = [step.name for step in experiment.many("metrics")]
    if experiment.score_by is not None and experiment.score_by not in names:
        raise ConfigError(
            f"score_by: {experiment.score_by!r} is not among the metrics of this experiment. "
            f"{did_you_mean(experiment.score_by, names)}"
        )
