"""The contents page of the plugin interface: one hook per kind of component, one for configs.

Each component hook returns a mapping from a name to a factory: a class or function, or, so that nothing
heavy is imported before it is chosen, a string "package.module:Class". Names are snake_case, or a class's
own name. The catalogue calls a hook once in a process, when a command first needs the kind's names; it must be
cheap. A docstring here says what a hook offers, and when and by whom that is called; docs/hooks.md has it as a table.
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
    """Offer readers of data: `load(context) -> Dataset`.

    Called: once per run, first.
    By: `runner.execute`.
    """


@hookspec
def runner_cleaners() -> Table:  # type: ignore[empty-body]
    """Offer repairers of values and droppers of rows: `clean(dataset) -> Dataset`.

    Called: between source and splitter; per fold where one learns.
    By: `runner.execute`.
    """


@hookspec
def runner_splitters() -> Table:  # type: ignore[empty-body]
    """Offer ways to part rows into training and test: scikit-learn's `split(X, y, groups)`.

    Called: once per run, after the cleaners.
    By: `runner.execute`.
    """


@hookspec
def runner_augmenters() -> Table:  # type: ignore[empty-body]
    """Offer makers of more training rows: `augment(dataset, rng) -> Dataset`.

    Called: per fold, on training rows.
    By: `runner.execute`.
    """


@hookspec
def runner_transforms() -> Table:  # type: ignore[empty-body]
    """Offer feature transforms: scikit-learn's `fit(X, y)` and `transform(X)`.

    Called: per fold; `transform` again for new rows.
    By: `runner.execute`, the shipped model.
    """


@hookspec
def runner_models() -> Table:  # type: ignore[empty-body]
    """Offer models: scikit-learn's `fit(X, y)` and `predict(X)`.

    Called: per fold, after the transforms; `predict` again for new rows.
    By: `runner.execute`, the shipped model.
    """


@hookspec
def runner_optimizers() -> Table:  # type: ignore[empty-body]
    """Offer steps of gradient descent: `init(param)` and `update(grad, state, param, learning_rate)`.

    Called: at every step of a training, per parameter array.
    By: `runner.learn`, for gradient models.
    """


@hookspec
def runner_schedulers() -> Table:  # type: ignore[empty-body]
    """Offer learning-rate schedules: `factor(step, total_steps)`.

    Called: once per epoch of a training.
    By: `runner.learn`, for gradient models.
    """


@hookspec
def runner_metrics() -> Table:  # type: ignore[empty-body]
    """Offer scores of predictions: `score(truth, prediction)`.

    Called: per fold on held-out rows, and after each compressor.
    By: `runner.execute`.
    """


@hookspec
def runner_searches() -> Table:  # type: ignore[empty-body]
    """Offer choosers of the trials of a sweep: `begin(space, seed)`, then `ask(count)` and `tell(trial, score)`.

    Called: once per sweep, then asked and told in turn.
    By: the sweep's driver (`runner.trials`).
    """


@hookspec
def runner_compressors() -> Table:  # type: ignore[empty-body]
    """Offer shrinkers of fitted pipelines: `compress(pipeline) -> pipeline`, or `compress(pipeline, rows)`.

    Called: after the metrics.
    By: `runner.execute`.
    """


@hookspec
def runner_exporters() -> Table:  # type: ignore[empty-body]
    """Offer writers of finished models: `export(run, folder) -> files`.

    Called: at the end of a run, and once more to read the file back.
    By: `runner.execute`.
    """


@hookspec
def runner_deployers() -> Table:  # type: ignore[empty-body]
    """Offer ways to make an exported model run somewhere: `deploy(bundle, folder) -> files`.

    Called: after the exporters, with the bundle.
    By: `runner.execute`.
    """


@hookspec
def runner_trackers() -> Table:  # type: ignore[empty-body]
    """Offer listeners to a run's events: `hear(event)`.

    Called: at every event of a run.
    By: `runner.execute`.
    """


@hookspec
def runner_executors() -> Table:  # type: ignore[empty-body]
    """Offer ways to carry out tasks: `submit(task, *arguments) -> Future`.

    Called: for each fold.
    By: `runner.execute`.
    """


@hookspec
def runner_conf_dirs() -> Sequence[str]:  # type: ignore[empty-body]
    """Offer config folders as import packages, e.g. `["acme_runner.conf"]`; they need an `__init__.py`.

    Called: when a command sets up its configs.
    By: `runner.declare`, `runner --help`, `runner new`.
    """


@hookspec
def runner_trainers() -> Mapping[str, str]:  # type: ignore[empty-body]
    """Offer trainers of many models at once: a model's "package.module:Class" -> its trainer's.

    Called: in a sweep, where trials can be trained together.
    By: a sweep's workers (`runner.trials`).
    """


@hookspec
def runner_trusted_types() -> Sequence[str]:  # type: ignore[empty-body]
    """Name the types "package.module.Class", beside the offered components, that a saved model may hold.

    Called: when a model is exported or loaded.
    By: `runner.execute`, `runner.load`.
    """


@hookspec
def runner_onnx_converters() -> Table:  # type: ignore[empty-body]
    """Offer to write fitted steps as ONNX: a step's "package.module:Class" -> `convert(step, features, graph)`.

    Called: when a model is exported.
    By: `runner.execute`.
    """
