"""Jobs in processes of their own: forked when their turn comes, so that the config and the task need no pickling."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from hydra.core.utils import JobReturn, JobStatus
from hydra.errors import HydraException
from omegaconf import DictConfig

Run = Callable[[DictConfig, Sequence[str]], JobReturn]


def run_in_processes(
    run: Run, configs: Sequence[DictConfig], job_overrides: Sequence[Sequence[str]], workers: int
) -> list[JobReturn]:
    """Run each job in a forked process, at most `workers` at once. A process that dies is a failed job."""
    if "fork" not in multiprocessing.get_all_start_methods():
        raise HydraException("hydra.launcher.workers: several workers need 'fork', which this system does not have")
    returned: dict[int, JobReturn] = {}
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    waiting = list(enumerate(zip(configs, job_overrides, strict=True)))[::-1]
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                number, job = waiting.pop()
                receiver, process = _started(run, *job)
                running[receiver] = number, process
            ready = wait(list(running))
            for receiver in [receiver for receiver in running if receiver in ready]:
                number, process = running.pop(receiver)
                returned[number] = _received(receiver, process, job_overrides[number])
    finally:
        for _, process in running.values():  # only where the sweep is broken off
            process.terminate()
            process.join()
    return [returned[number] for number in range(len(configs))]


def _started(run: Run, config: DictConfig, words: Sequence[str]) -> tuple[Connection, BaseProcess]:
    receiver, sender = multiprocessing.get_context("fork").Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_work, args=(run, config, words, sender))
    process.start()
    sender.close()
    return receiver, process


def _work(run: Run, config: DictConfig, words: Sequence[str], sender: Connection) -> None:
    """Run one job in the child. What it returned or raised may be anything, also what cannot be sent."""
    returned = run(config, words)
    try:
        sender.send(returned)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        sender.send(_failed(words, f"its result cannot leave the process: {error} ({returned._return_value!r})"))
    sender.close()


def _received(receiver: Connection, process: BaseProcess, words: Sequence[str]) -> JobReturn:
    try:
        returned: JobReturn = receiver.recv()
    except EOFError:
        process.join()
        return _failed(words, f"its process ended with exit code {process.exitcode} and no result")
    except Exception as error:  # noqa: BLE001 - a stranger's exception may refuse to be made again from its parts
        returned = _failed(words, f"its result could not be read: {error!r}")
    finally:
        receiver.close()
    process.join()
    return returned


def _failed(words: Sequence[str], message: str) -> JobReturn:
    failed = JobReturn(overrides=list(words), working_dir=os.getcwd(), status=JobStatus.FAILED)
    failed.return_value = HydraException(f"job {' '.join(words)!r}: {message}")
    return failed
