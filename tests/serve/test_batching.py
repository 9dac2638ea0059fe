"""Requests at the same time become one call, and none is answered otherwise for it."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import numpy as np
import pytest

from runner.data import Dataset
from runner.serve.batching import Batcher
from runner.serve.questions import Question
from runner.ship.opened import Opened
from runner.ship.rows import checked
from runner.ship.signature import Signature

SIGNATURE = Signature.of(Dataset.of(np.zeros((3, 1))), classes=None, probabilities=False)


class Doubling:
    """Doubles its rows, notes how many it was asked at once, and has no answer to 13."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.calls: list[int] = []
        self.threads: set[str] = set()
        self._seconds = seconds

    def predict(self, rows: Any) -> Any:
        self.calls.append(len(rows))
        self.threads.add(threading.current_thread().name)
        end = time.thread_time() + self._seconds
        while time.thread_time() < end:
            pass
        if 13 in rows:
            raise ValueError("no answer to 13")
        return rows[:, 0] * 2


def asked(*values: float) -> Question:
    return Question(checked(SIGNATURE, {"input": [[value] for value in values]}), ("predict",))


def run(model: Doubling, *rounds: list[Question], delay: float = 0.05, rows: int = 512) -> list[Any]:
    async def ask() -> list[Any]:
        batcher = Batcher(Opened("m", "1", "own", SIGNATURE, model), delay=delay, rows=rows)
        told: list[Any] = []
        for questions in rounds:
            told += await asyncio.gather(*(batcher.ask(one) for one in questions), return_exceptions=True)
        batcher.close()
        return [one if isinstance(one, Exception) else one["predict"].tolist() for one in told]

    return asyncio.run(ask())


def test_those_who_come_together_are_answered_by_one_call_each_with_their_own() -> None:
    model = Doubling()
    assert run(model, [asked(1), asked(2, 3), asked(4)]) == [[2], [4, 6], [8]]
    assert model.calls == [4]


def test_one_that_is_alone_does_not_wait() -> None:
    model = Doubling()
    start = time.perf_counter()
    assert run(model, [asked(1)], [asked(2)], [asked(3)], delay=30) == [[2], [4], [6]]
    assert time.perf_counter() - start < 15


def test_after_company_one_waits_for_it_but_not_longer_than_the_delay() -> None:
    model = Doubling()
    assert run(model, [asked(1), asked(2)], [asked(3)], [asked(4)]) == [[2], [4], [6], [8]]
    assert model.calls == [2, 1, 1]


def test_one_without_an_answer_takes_nobody_with_it() -> None:
    model = Doubling()
    first, second, third = run(model, [asked(1), asked(13), asked(3)])
    assert (first, third) == ([2], [6])
    assert isinstance(second, ValueError)


def test_a_call_has_no_more_rows_than_the_limit_unless_one_request_has() -> None:
    model = Doubling()
    questions = [asked(1, 2), asked(3, 4), asked(*range(20, 27)), asked(5)]
    assert run(model, questions, rows=4)[2] == [2.0 * value for value in range(20, 27)]
    assert sorted(model.calls) == [1, 4, 7]


def test_long_calls_are_made_beside_the_loop_and_short_ones_in_it() -> None:
    quick, slow = Doubling(), Doubling(seconds=0.02)
    run(quick, *([asked(1)] for _ in range(4)))
    run(slow, *([asked(1)] for _ in range(4)))
    assert "MainThread" in quick.threads
    assert "MainThread" not in slow.threads


def test_rows_of_another_makeup_are_asked_apart() -> None:
    table = Signature("array", SIGNATURE.inputs[:1])
    whole = Question(checked(table, {"input": np.array([[1], [2]], dtype=object)}), ("predict",))
    longer = Question(type(whole.rows)({"input": np.zeros((1, 3))}, 1), ("predict",))
    model = Doubling()
    run(model, [whole, longer])
    assert model.calls == [2, 1]


def test_whoever_left_is_not_asked_for() -> None:
    model = Doubling()

    async def leave() -> None:
        batcher = Batcher(Opened("m", "1", "own", SIGNATURE, model), delay=0.01)
        gone = asyncio.ensure_future(batcher.ask(asked(1)))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert (await batcher.ask(asked(2)))["predict"].tolist() == [4]
        batcher.close()

    asyncio.run(leave())
    assert model.calls == [1]
