"""Requests that come at the same time, answered by one call of the model.

A request that is alone is answered at once. Where the last call served several, the next waits until as many have
come again, but never longer than `delay`. Rows are joined only if they are of one makeup, so that a request is
answered as if it had come alone; where a call fails, each of its requests is asked alone, and only the one that the
model cannot answer hears of it.

Calls that take a moment are made here; those that take longer, or nobody knows yet how long, in a thread beside, so
that health checks and small requests are not kept waiting by the event loop. The model is never asked twice at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from runner.serve.questions import Question
from runner.ship.opened import Answer, Opened
from runner.ship.rows import Rows

#: Calls up to so many seconds are made in the event loop: handing over to a thread and back costs 0.1 to 5 ms.
_A_MOMENT = 0.005


@dataclass(frozen=True)
class _Waiting:
    question: Question
    answer: asyncio.Future[Answer]


class Batcher:
    """Asks a model for many. delay: seconds at most; rows: of one call, but for a request that has more by itself."""

    def __init__(self, served: Opened, *, delay: float, rows: int = 512) -> None:
        self._served = served
        self._delay = delay
        self._most = rows
        self._thread = ThreadPoolExecutor(1, "model")
        self._waiting: list[_Waiting] = []
        self._timer: asyncio.Handle | None = None
        self._busy = False
        self._together = 1
        self._seconds: dict[int, float] = {}

    async def ask(self, question: Question) -> Answer:
        """Return the answer to one request, whoever else is answered with it. Raises what the model raises."""
        waiting = _Waiting(question, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if not self._busy:
            self._arrange()
        return await waiting.answer

    def close(self) -> None:
        """Ask no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _arrange(self) -> None:
        """Make sure that a call follows: at the end of this turn of the loop, or when as many wait as last time."""
        loop = asyncio.get_running_loop()
        enough = len(self._waiting) >= self._together
        if self._timer is None:
            self._timer = loop.call_soon(self._call) if enough else loop.call_later(self._delay, self._call)
        elif enough and isinstance(self._timer, asyncio.TimerHandle):
            self._timer.cancel()
            self._timer = loop.call_soon(self._call)

    def _call(self) -> None:
        self._timer = None
        batch = self._next_batch()
        if not batch:
            return
        self._together = len(batch)
        if self._seconds.get(_size(batch), 1.0) <= _A_MOMENT:
            self._hand_out(batch, *self._answers(batch))
        else:
            self._busy = True
            done = asyncio.get_running_loop().run_in_executor(self._thread, self._answers, batch)
            done.add_done_callback(lambda future: self._called(batch, future))

    def _called(
        self, batch: Sequence[_Waiting], future: asyncio.Future[tuple[Sequence[Answer | Exception], float]]
    ) -> None:
        self._busy = False
        if not future.cancelled():
            self._hand_out(batch, *future.result())

    def _next_batch(self) -> list[_Waiting]:
        """Take those that wait, in their order, as far as they can be joined; whoever left is dropped."""
        batch: list[_Waiting] = []
        later: list[_Waiting] = []
        rows = 0
        for waiting in self._waiting:
            if waiting.answer.done():
                continue
            asked = waiting.question.rows
            fits = not batch or (rows + asked.n_rows <= self._most and asked.makeup == batch[0].question.rows.makeup)
            (batch if fits else later).append(waiting)
            rows += asked.n_rows * fits
        self._waiting = later
        return batch

    def _answers(self, batch: Sequence[_Waiting]) -> tuple[Sequence[Answer | Exception], float]:
        """Return the answer, or what the model raised, for each; and the seconds it took."""
        start = time.thread_time()  # of this thread alone: how busy the machine is says nothing of the model
        try:
            answers: Sequence[Answer | Exception] = self._together_asked([waiting.question for waiting in batch])
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            answers = [error] if len(batch) == 1 else [self._alone(waiting.question) for waiting in batch]
        return answers, time.thread_time() - start

    def _together_asked(self, questions: Sequence[Question]) -> list[Answer]:
        wanted = {name for question in questions for name in question.wanted}
        whole = self._served.answer(Rows.joined([question.rows for question in questions]), wanted)
        if len(questions) == 1:
            return [whole]
        ends = np.cumsum([question.rows.n_rows for question in questions])[:-1]
        parts = {name: np.split(values, ends) for name, values in whole.items()}
        return [{name: parts[name][place] for name in question.wanted} for place, question in enumerate(questions)]

    def _alone(self, question: Question) -> Answer | Exception:
        try:
            return self._served.answer(question.rows, question.wanted)
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            return error

    def _hand_out(self, batch: Sequence[_Waiting], answers: Sequence[Answer | Exception], seconds: float) -> None:
        size = _size(batch)
        self._seconds[size] = 0.8 * self._seconds.get(size, seconds) + 0.2 * seconds
        for waiting, answer in zip(batch, answers, strict=True):
            if waiting.answer.done():
                continue
            if isinstance(answer, Exception):
                waiting.answer.set_exception(answer)
            else:
                waiting.answer.set_result(answer)
        if self._waiting:
            self._arrange()


def _size(batch: Sequence[_Waiting]) -> int:
    """Return the power of two of a batch's rows, by which times are remembered."""
    return sum(waiting.question.rows.n_rows for waiting in batch).bit_length()
