"""The contents page of the plugin interface: one hook per kind of component, one for configs.

Each component hook returns a mapping from a name to a factory: a class or function, or, so that nothing
heavy is imported before it is chosen, a string "package.module:Class". Names are snake_case, or a class's
own name. The hooks are called once, when a command first needs the kind's names; they must be cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pluggy

PROJECT = "runner"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Factory = Callable[..., Any] | str
Table = Mapping[str, Factory]


@hookspec
def runner_sources() -> Table:  # type: ignore[empty-body]
    """Offer readers of data: `load(context) -> Dataset`."""


@hookspec
def runner_cleaners() -> Table:  # type: ignore[empty-body]
    """Offer repairers of values and droppers of rows: `clean(dataset) -> Dataset`."""


@hookspec
def runner_splitters() -> Table:  # type: ignore[empty-body]
    """Offer ways to part rows into training and test: scikit-learn's `split(X, y, groups)`."""


@hookspec
def runner_augmenters() -> Table:  # type: ignore[empty-body]
    """Offer makers of more training rows: `augment(dataset, rng) -> Dataset`."""


@hookspec
def runner_transforms() -> Table:  # type: ignore[empty-body]
    """Offer feature transforms: scikit-learn's `fit(X, y)` and `transform(X)`."""


@hookspec
def runner_models() -> Table:  # type: ignore[empty-body]
    """Offer models: scikit-learn's `fit(X, y)` and `predict(X)`."""


@hookspec
def runner_optimizers() -> Table:  # type: ignore[empty-body]
    """Offer steps of gradient descent: `init(param)` and `update(grad, state, param, learning_rate)`."""


@hookspec
def runner_schedulers() -> Table:  # type: ignore[empty-body]
    """Offer learning-rate schedules: `factor(step, total_steps)`."""


@hookspec
def runner_metrics() -> Table:  # type: ignore[empty-body]
    """Offer scores of predictions: `score(truth, prediction)`."""


@hookspec
def runner_searches() -> Table:  # type: ignore[empty-body]
    """Offer choosers of the trials of a sweep: `begin(space, seed)`, then `ask(count)` and `tell(trial, score)`."""


@hookspec
def runner_compressors() -> Table:  # type: ignore[empty-body]
    """Offer shrinkers of fitted pipelines: `compress(pipeline) -> pipeline`."""


@hookspec
def runner_exporters() -> Table:  # type: ignore[empty-body]
    """Offer writers of finished models: `export(run, folder) -> files`."""


@hookspec
def runner_deployers() -> Table:  # type: ignore[empty-body]
    """Offer ways to make an exported model run somewhere: `deploy(bundle, folder) -> files`."""


@hookspec
def runner_trackers() -> Table:  # type: ignore[empty-body]
    """Offer listeners to a run's events: `hear(event)`."""


@hookspec
def runner_executors() -> Table:  # type: ignore[empty-body]
    """Offer ways to carry out tasks: `submit(task, *arguments) -> Future`."""


@hookspec
def runner_conf_dirs() -> Sequence[str]:  # type: ignore[empty-body]
    """Offer config folders as import packages, e.g. `["acme_runner.conf"]`; they need an `__init__.py`."""


@hookspec
def runner_trainers() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Offer trainers of many models at once: a model's "package.module:Class" -> its trainer's."""


@hookspec
def runner_trusted_types() -> Sequence[str]:  # type: ignore[empty-body]
    """Name the types "package.module.Class", beside the offered components, that a saved model may hold."""


@hookspec
def runner_onnx_converters() -> Table:  # type: ignore[empty-body]
    """Offer to write fitted steps as ONNX: a step's "package.module:Class" -> `convert(step, features, graph)`."""
