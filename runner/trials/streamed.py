"""A trial whose rows come in batches: it goes through all of them itself and shares nothing with the others."""

from __future__ import annotations

import time
from dataclasses import asdict, replace

from runner.execute.fold import smaller
from runner.execute.streamed_checks import check_streamable
from runner.execute.streamed_rows import Stream
from runner.execute.streamed_training import fit_stream, scored
from runner.execute.streamed_turns import Turns
from runner.trials.rows import Descent, check_unchanged
from runner.trials.training import Answer, told


def alone_in_batches(descent: Descent) -> Answer:
    """Train and score one trial on its one fold; compressed first, if that is what would be shipped.

    Raises RunnerError; InputChanged where the data are not those that the sweep was planned for.
    """
    components, start = descent.components, time.perf_counter()
    check_streamable(components)
    context = descent.surroundings.context(descent.experiment.seed)
    stream = Stream(components, context, Turns(), Turns(fold=0))
    fold = fit_stream(stream)
    check_unchanged(descent, stream.surveyed().source)
    stream.gathering.finish()
    steps = [*stream.gathering.done, *fold.steps]
    if fold.diverged is None and components.many("compressors"):
        for called in components.many("compressors"):
            fold = smaller(called, fold)
        fold = replace(fold, scores=scored(stream, fold.tail, ())[1])
    answer = told(fold, time.perf_counter() - start, 1)
    return {**answer, "steps": [asdict(step) for step in steps]}
