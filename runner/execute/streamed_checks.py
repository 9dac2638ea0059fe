"""What a stream asks of an experiment's components, known before a row is read."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from runner.errors import ConfigError
from runner.execute import cleaning
from runner.execute.components import Called, Components
from runner.execute.streamed_transforms import learns_in_batches, learns_nothing

log = logging.getLogger("runner")

#: Options of scikit-learn's models that say when `fit` ends; `partial_fit` reads none of them.
_OF_FIT = ("max_iter", "tol", "n_iter_no_change")


def check_streamable(components: Components) -> None:
    """Refuse components that need all rows at once, all of them in one message. Raises ConfigError."""
    found = [
        *_of_data(components),
        *_of_transforms(components),
        *_of_model(components.one("model")),
        *_of_compressors(components),
    ]
    if found:
        raise ConfigError("source.stream: the rows come in batches and are never all there. " + " ".join(found))


def tell_unheeded(components: Components) -> None:
    """Warn of options that play no part when the rows come in batches."""
    model = components.one("model")
    unread = [name for name in _OF_FIT if name in model.step.own]
    if unread:
        log.warning("%s: a stream is gone through once, %s is not heeded", model, " and ".join(map(repr, unread)))


def _of_data(components: Components) -> Iterator[str]:
    source, splitter = components.one("source"), components.one("splitter")
    if not callable(getattr(source.component, "batches", None)):
        yield f"{source} cannot give its rows in batches; leave 'source.stream' out."
    for called in components.many("cleaners"):
        if cleaning.learns(called):
            yield f"{called} (cleaners.{called.name}) learns from all rows; clean by values that are stated."
        elif not getattr(called.component, "row_by_row", False):
            yield f"{called} (cleaners.{called.name}) compares rows with each other; leave it out."
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


def _of_compressors(components: Components) -> Iterator[str]:
    for called in components.many("compressors"):
        if getattr(called.component, "needs_rows", False):
            told = f"{called} (compressors.{called.name}) learns from the training rows"
            yield f"{told}; leave it out, or its tolerance."


def _of_model(called: Called) -> Iterator[str]:
    try:
        learns = callable(called.component.partial_fit)
    except AttributeError as error:
        why = f" ({error.__cause__})" if error.__cause__ else ""
        yield f"{called} cannot learn batch by batch{why}; take one that has partial_fit, such as 'SGDClassifier'."
        return
    if (
        learns
        and "epochs" in called.step.offer.signature.names()
        and not callable(getattr(called.component, "for_batches", None))
    ):
        yield (
            f"{called} counts epochs and does not say how they fit together with batches (by for_batches); take "
            f"another model."
        )
