import threading

import pytest

from runner_builtin.executors.inline_executor import InlineExecutor


def test_a_task_has_run_when_submit_returns():
    future = InlineExecutor().submit(divmod, 7, 2)
    assert future.done()
    assert future.result() == (3, 1)


def test_a_task_runs_in_the_thread_that_submits_it():
    assert InlineExecutor().submit(threading.get_ident).result() == threading.get_ident()


def test_what_a_task_raises_is_raised_by_its_result():
    future = InlineExecutor().submit(int, "x")
    with pytest.raises(ValueError, match="invalid literal"):
        future.result()


def test_an_interrupt_is_not_kept_back():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        InlineExecutor().submit(interrupted)
