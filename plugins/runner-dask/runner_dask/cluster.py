"""The three ways to have workers: a scheduler that runs, jobs of a batch system, processes of this machine."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import dask
from distributed import Client, LocalCluster
from distributed.utils import get_ip_interface

from runner.errors import ConfigError, PluginError, ResourceError
from runner_dask.addresses import checked
from runner_dask.workers import Needs, awaited

_LOOPBACK = "127.0.0.1"
#: Batch system -> dask-jobqueue's class.
_QUEUES: Mapping[str, str] = {
    "slurm": "SLURMCluster",
    "pbs": "PBSCluster",
    "sge": "SGECluster",
    "lsf": "LSFCluster",
    "htcondor": "HTCondorCluster",
    "oar": "OARCluster",
    "moab": "MoabCluster",
}


@dataclass
class Cluster:
    """Workers that can be had. ours: what was started here and ends with us, None for a cluster of others.

    expected: so many tasks at once when all have come; 0 where nobody says. page: whether Dask's page is served.
    """

    client: Client
    what: str
    ours: Any = None
    expected: int = 0
    page: bool = False

    def slots(self) -> int:
        """Return how many tasks run at once: threads of all workers, or what is expected to come."""
        threads = self.client.scheduler_info(n_workers=-1)["workers"].values()
        return max(1, self.expected, sum(int(worker["nthreads"]) for worker in threads))

    @property
    def where(self) -> str:
        """Tell of it in a line: what it is, and its page where it has one."""
        link = self.client.dashboard_link if self.page else None
        return f"{self.what}, {self.slots()} tasks at once" + (f" · {link}" if link else "")

    def close(self) -> None:
        """Leave it, and end what is ours."""
        self.client.close()
        if self.ours is not None:
            self.ours.close()


def existing(address: str, needs: Needs, wait: float, *, dashboard: bool) -> Cluster:
    """Reach a scheduler. Raises ConfigError for what is no address, ResourceError where nobody answers in time."""
    try:
        client = Client(checked(address), timeout=wait, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise ResourceError(
            f"executor.address: no Dask scheduler answers at {address!r} within {wait:g} s ({error}). Start one with "
            "'dask scheduler', or leave the address out for processes of this machine."
        ) from None
    return _with_workers(Cluster(client, f"Dask at {client.scheduler.address}", page=dashboard), needs, wait)


def queued(queue: str, jobs: int, job: Mapping[str, Any], needs: Needs, wait: float, *, dashboard: bool) -> Cluster:
    """Have a batch system start workers. Raises PluginError without dask-jobqueue, ConfigError for a wrong option.

    Raises ResourceError where that batch system is not on this machine.
    """
    try:
        kind = getattr(import_module("dask_jobqueue"), _QUEUES[queue])
    except ImportError:
        raise PluginError(
            "executor.jobqueue needs dask-jobqueue, and this Python has none: pip install 'runner-dask[jobqueue]'"
        ) from None
    command = kind.job_cls.submit_command.split()[0]
    if shutil.which(command) is None:
        raise ResourceError(
            f"executor.jobqueue: {queue} takes jobs by {command!r}, which is not found on this machine. Run this "
            "where jobs are submitted, or give the batch system that is here."
        )
    _assert_page_can_be_served(wanted=dashboard)
    own = dict(job.get("scheduler_options") or {})
    # The address is of the scheduler's health page, too, which it always has.
    scheduler = {"dashboard": dashboard, "dashboard_address": f"{_listens_at(queue, job)}:0", **own}
    try:
        cluster = kind(**{**job, "scheduler_options": scheduler})
    except (TypeError, ValueError) as error:
        raise ConfigError(f"executor.job: {queue} refuses {dict(job)!r}: {error}") from None
    cluster.scale(jobs=jobs)
    client = Client(cluster, set_as_default=False)
    return _with_workers(Cluster(client, f"Dask by {queue}, {jobs} jobs", cluster, page=dashboard), needs, wait)


def of_this_machine(jobs: int | None, needs: Needs, *, dashboard: bool) -> Cluster:
    """Start processes here, a task at a time each; nobody reaches them from another machine."""
    _assert_page_can_be_served(wanted=dashboard)
    jobs = jobs or os.cpu_count() or 1
    with _deaf_to_interrupts(), dask.config.set({"distributed.worker.multiprocessing-method": "spawn"}):
        cluster = LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            host=_LOOPBACK,
            dashboard_address=f"{_LOOPBACK}:0",  # of the scheduler's health page, too, which it always has
            scheduler_kwargs={"dashboard": dashboard},
            memory_limit=0,  # limits are the sweep's, kept for each trial
            resources=needs.most or None,
            silence_logs=40,
        )
    return Cluster(
        Client(cluster, set_as_default=False), f"Dask, {jobs} processes of this machine", cluster, jobs, dashboard
    )


def _with_workers(cluster: Cluster, needs: Needs, wait: float) -> Cluster:
    try:
        awaited(cluster.client, cluster.what, needs, wait)
    except BaseException:
        cluster.close()
        raise
    return cluster


def _listens_at(queue: str, job: Mapping[str, Any]) -> str:
    """Return where a scheduler listens: whoever reaches it can run code, so that is for a person to say."""
    options = job.get("scheduler_options") or {}
    if options.get("host"):
        return str(options["host"]).rpartition("/")[2]
    configured = dask.config.get(f"jobqueue.{queue}.interface", None)
    interface = options.get("interface") or job.get("interface") or configured
    if not interface:
        raise ConfigError(
            f"executor.job {dict(job)!r} does not say where the scheduler listens, which would be on every network "
            "of this machine, and whoever reaches it can run code here. Name the one that the jobs share, e.g. "
            "'+executor.job.interface=eth0' ('ip address' lists them)."
        )
    try:
        return str(get_ip_interface(interface))
    except ValueError as error:
        raise ConfigError(f"executor.job.interface: {error}") from None


def _assert_page_can_be_served(*, wanted: bool) -> None:
    if wanted and find_spec("bokeh") is None:
        raise PluginError(
            "executor.dashboard needs bokeh, and this Python has none: pip install 'runner-dask[dashboard]'"
        )


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start processes that Ctrl-C does not end: it is for us, and we end them in our own way."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
