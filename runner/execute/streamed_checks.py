"""What a stream asks of an experiment's components, known before a row is read."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from runner.errors import ConfigError
from runner.execute import cleaning
from runner.execute.components import Called, Components
from runner.execute.streamed_transforms import learns_in_batches, learns_nothing
from runner.plan.experiment import Experiment, Step

log = logging.getLogger("runner")

#: Options of scikit-learn's models that say when `fit` ends; `partial_fit` reads none of them.
_OF_FIT = ("max_iter", "tol", "n_iter_no_change")


def streams(experiment: Experiment) -> bool:
    """Say whether the rows come in batches. Raises ConfigError where a source within another is told so."""
    source = experiment.one("source")
    assert source is not None
    for inner in _within(source):
        if inner.settings.get("stream") and "stream" in inner.offer.placed_by_core():
            raise ConfigError(f"{inner.path}.stream: the outermost source streams or none: 'source.stream: true'.")
    return bool(source.settings.get("stream")) and "stream" in source.offer.placed_by_core()


def check_streamable(components: Components) -> None:
    """Refuse components that need all rows at once, all of them in one message. Raises ConfigError."""
    found = [*_of_data(components), *_of_transforms(components), *_of_model(components.one("model"))]
    if found:
        raise ConfigError(
            "source.stream: the rows come in batches and are never all there. " + " ".join(found)
        )
    model = components.one("model")
    unread = [name for name in _OF_FIT if name in model.step.own]
    if unread:
        log.warning("%s: a stream is gone through once, %s is not heeded", model, " and ".join(map(repr, unread)))


def _within(step: Step) -> Iterator[Step]:
    for inner in step.inner:
        yield inner
        yield from _within(inner)


def _of_data(components: Components) -> Iterator[str]:
    source, splitter = components.one("source"), components.one("splitter")
    if not callable(getattr(source.component, "batches", None)):
        yield f"{source} cannot give its rows in batches; leave 'source.stream' out."
    for called in components.many("cleaners"):
        if cleaning.learns(called):
            yield f"{called} (cleaners.{called.name}) learns from all rows; clean by stated values, or before the run."
        elif not getattr(called.component, "row_by_row", False):
            yield f"{called} (cleaners.{called.name}) compares rows with each other; leave it out, or run it before."
    if not getattr(splitter.component, "row_by_row", False):
        yield (
            f"{splitter} has to see all rows to part them; take one that decides row by row: 'hashed_holdout' by the "
            f"row's id, 'by_column' by a value."
        )


def _of_transforms(components: Components) -> Iterator[str]:
    for called in components.many("transforms"):
        if not learns_nothing(called.component) and not learns_in_batches(called.component):
            yield (
                f"{called} (transforms.{called.name}) learns from all rows at once; take one that learns nothing, as "
                f"'hashing' does, or batch by batch (by partial_fit), as 'StandardScaler' and 'IncrementalPCA' do."
            )


def _of_model(called: Called) -> Iterator[str]:
    try:
        learns = callable(called.component.partial_fit)
    except AttributeError as error:
        why = f" ({error.__cause__})" if error.__cause__ else ""
        yield f"{called} cannot learn batch by batch{why}; take one that has partial_fit, such as 'SGDClassifier'."
        return
    if learns and "epochs" in called.step.settings and not callable(getattr(called.component, "for_batches", None)):
        yield (
            f"{called} counts epochs and does not say how they fit together with batches (by for_batches); take "
            f"another model."
        )
