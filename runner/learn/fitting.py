"""Train many models at once.

    trained = fit_many(
        Linear(losses.softmax), X, y, [Setting(Adam(learning_rate=rate)) for rate in (0.1, 0.01)],
        n_outputs=10, epochs=30, batch_size=64, seed=0,
    )

The trials share the rows, their order, the family and the shapes, and differ only in numbers; a single
training is the same with one trial. Each mini-batch is taken once and meets the parameters of all trials
in one matrix product. Optimizers that cannot be fused are trained trial after trial, with the same outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runner.errors import ConfigError
from runner.learn.families import Family
from runner.learn.fusing import is_elementwise
from runner.learn.rows import Rows, mean_one
from runner.learn.snapshot import Snapshot
from runner.learn.threads import budget, limited
from runner.learn.trained import EpochReport, Setting, Trained, joined
from runner.learn.training import Task, Training
from runner.learn.whole import Minimiser, train_whole

Array = NDArray[Any]


def fit_many(
    family: Family,
    X: Any,
    targets: Array,
    settings: Sequence[Setting],
    *,
    n_outputs: int,
    epochs: int,
    batch_size: int,
    seed: int,
    shuffle: bool = True,
    sample_weight: Array | None = None,
    dtype: str = "float32",
    held_out: NDArray[np.intp] | None = None,
    patience: int | None = None,
    on_epoch: Callable[[EpochReport], None] | None = None,
    snapshot: Snapshot | None = None,
    on_snapshot: Callable[[Snapshot], None] | None = None,
    threads: int | None = None,
) -> Trained:
    """Train one model for each setting and return them all.

    X: (n_rows, n_features), dense or CSR; targets: as the family's loss wants them. seed: of the row order.
    held_out: positions of rows that are not learned from but validated on after every epoch. patience: a
    trial stops after so many epochs without a better validation loss, and is left with the parameters of
    its best; without it every trial trains to the end. on_epoch: hears how each epoch went. snapshot: goes
    on from there; on_snapshot: is given one after each epoch.
    threads: how many may compute, workers and BLAS together; None: as many as BLAS may use at the moment. They
    decide the tiling of the trials and so the rounding: the same number gives the same bits.
    A trial whose loss or parameters stop being finite, or explode, keeps the parameters it had before that
    epoch and takes no further part; the others do not notice. Raises `ConfigError` for settings that differ
    in more than numbers, `DataError` for sample weights that cannot be used.
    """
    task = task_of(
        family,
        X,
        targets,
        settings,
        n_outputs=n_outputs,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        shuffle=shuffle,
        sample_weight=sample_weight,
        dtype=dtype,
        held_out=held_out,
        patience=patience,
        threads=threads,
    )
    if isinstance(settings[0].optimizer, Minimiser):
        _check_not_resumed(settings[0], snapshot, on_snapshot)
        with limited(budget(threads)):
            return train_whole(task, settings, on_epoch)
    if is_elementwise(settings[0].optimizer) or len(settings) == 1:
        return _run(task, settings, on_epoch, snapshot, on_snapshot)
    _check_not_resumed(settings[0], snapshot, on_snapshot)
    return joined([_run(task, [setting], on_epoch, None, None) for setting in settings])


def task_of(
    family: Family,
    X: Any,
    targets: Array,
    settings: Sequence[Setting],
    *,
    n_outputs: int,
    epochs: int,
    batch_size: int,
    seed: int,
    shuffle: bool = True,
    sample_weight: Array | None = None,
    dtype: str = "float32",
    held_out: NDArray[np.intp] | None = None,
    patience: int | None = None,
    threads: int | None = None,
) -> Task:
    """Return what the trials share, checked. The parameters are those of `fit_many`."""
    _check(settings, epochs, batch_size, held_out, patience)
    n_rows, kind = X.shape[0], np.dtype(dtype)
    chosen = None if held_out is None else np.setdiff1d(np.arange(n_rows), held_out)
    rows = Rows(X, targets, mean_one(sample_weight, n_rows, kind, chosen), kind, chosen)
    return Task(
        family,
        rows,
        None if held_out is None else replace(rows, chosen=np.asarray(held_out)),
        X.shape[1],
        n_outputs,
        epochs,
        batch_size,
        batch_size >= len(rows) or bool(getattr(settings[0].optimizer, "full_batch", False)),
        seed,
        shuffle,
        patience,
        threads,
    )


def _run(
    task: Task,
    settings: Sequence[Setting],
    on_epoch: Callable[[EpochReport], None] | None,
    snapshot: Snapshot | None,
    on_snapshot: Callable[[Snapshot], None] | None,
) -> Trained:
    training = Training.started(task, settings) if snapshot is None else Training.resumed(task, settings, snapshot)
    while not training.done:
        report = training.run_epoch()
        if on_epoch is not None:
            on_epoch(report)
        if on_snapshot is not None:
            on_snapshot(training.snapshot())
    return training.trained()


def _check(
    settings: Sequence[Setting], epochs: int, batch_size: int, held_out: Array | None, patience: int | None
) -> None:
    if not settings:
        raise ConfigError("There is no trial to train: the list of settings is empty. Give at least one.")
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if value < 1:
            raise ConfigError(f"A training with {name} {value!r} would take no step. Give at least 1.")
    if patience is not None and (held_out is None or patience < 1):
        raise ConfigError(
            f"patience {patience!r} counts epochs, at least 1, without a better loss on rows held out for "
            f"validation, and {'no' if held_out is None else len(held_out)} rows are. Set validation_share too."
        )


def _check_not_resumed(setting: Setting, snapshot: Snapshot | None, on_snapshot: Any) -> None:
    if snapshot is not None or on_snapshot is not None:
        raise ConfigError(
            f"A training by optimizer {type(setting.optimizer).__name__!r} cannot be written down half-way and "
            "resumed. Leave out the checkpoint, or choose an optimizer that steps, such as 'adam'."
        )
