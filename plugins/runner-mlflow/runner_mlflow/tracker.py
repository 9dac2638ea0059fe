"""The tracker `mlflow`: it writes what it hears into a spool, from which a process of its own sends it.

runner -m +experiment=digits trackers=[mlflow] trackers.mlflow.tracking_uri=http://127.0.0.1:5000 …

MLflow itself is imported by that process alone (`runner_mlflow.sender`): it takes seconds to import, and changes what
belongs to a process. So a run pays for a line of text per event, and a server that is away costs it nothing.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from runner.contracts import Event
from runner.options import NonNegative
from runner_mlflow.sender import start
from runner_mlflow.spool import Header, Spooling, absolute, refused, share_left, spool_folder, trouble

log = logging.getLogger("runner")
#: Seconds between looks at whether all is sent, and for a server to answer after all.
_LOOK, _ANSWER = 0.05, 2.0
#: Seconds that MLflow takes for an event, at the least.
_EACH = 0.02
#: Sent of a run unless something else is asked for.
_FILES = ("figures", "report", "artifacts", "tables", "config", "log")


@dataclass
class MlflowTracker:
    """Record runs, and sweeps with their trials as nested runs, in MLflow.

    tracking_uri: http://host:port, sqlite:///file.db, or the folder of a file store; by default what
    MLFLOW_TRACKING_URI names, or else what MLflow itself takes in this folder. A server's user and password belong
    into MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. experiment: of MLflow; by default the name of the one
    declared. files: which of a run's files are sent. trial_curves: send the curves of every trial, not only of runs.
    spool: the folder where events wait to be sent, by default one of the user's. wait: seconds that the end of a run
    or sweep may wait for the sending, which goes on afterwards; there is no wait for more than can be sent in them.
    """

    tracking_uri: str | None = None
    experiment: str | None = None
    files: Sequence[Literal["figures", "report", "artifacts", "deployments", "tables", "config", "log"]] = _FILES
    trial_curves: bool = True
    spool: str | None = None
    wait: NonNegative = 5.0

    @property
    def grace(self) -> float:
        """Seconds that `close` may take."""
        return self.wait + 10.0

    def hear(self, event: Event) -> None:
        """Write the event into the spool; the first one starts what sends it."""
        if "_spooling" not in self.__dict__:
            folder = spool_folder(self.spool)
            self._spooling = Spooling.begin(folder, self._header(event))
            self._heard = 0
            self._nested = bool((event.details or {}).get("sweep"))
            start(folder)
        self._spooling.add(event)
        self._heard += 1

    def close(self) -> None:
        """Wait a little until all is sent, and say so where it is not."""
        spooling = self.__dict__.pop("_spooling", None)
        if spooling is None:
            return
        spooling.end()
        # A winner's run does not wait: its sweep, which ends later, does.
        sent = self._nested or self._is_sent(spooling.path)
        reason = trouble(spooling.path)
        spooling.leave()
        if not sent and reason:
            log.warning(
                "tracker 'mlflow': %s. Nothing is lost: what was not sent waits in '%s'. The next run with this "
                "tracker sends it, or 'python -m runner_mlflow send', with '--instead OLD NEW' to another address.",
                reason, spooling.path,
            )  # fmt: skip
        elif not sent:
            log.warning(
                "tracker 'mlflow': not all is sent yet; that goes on in the background. What waits is in '%s'.",
                spooling.path,
            )
        if (kept := refused(spooling.path)).exists():
            log.warning("tracker 'mlflow': MLflow refused something; what and why is in '%s'.", kept)

    def _is_sent(self, path: Path) -> bool:
        """Wait until the spool file is gone, which it is when all of it is sent; not for what is too much."""
        if self._heard * share_left(path) * _EACH > self.wait:
            return False
        now = time.monotonic()
        patience, hope = now + self.wait, now + min(self.wait, _ANSWER)
        while path.exists():
            now = time.monotonic()
            if now >= patience or (now >= hope and trouble(path)):
                return False
            time.sleep(_LOOK)
        return True

    def _header(self, first: Event) -> Header:
        details = first.details or {}
        address = self.tracking_uri or os.environ.get("MLFLOW_TRACKING_URI")
        return Header(
            key=str(first.run),
            sweep=first.name.startswith(("sweep", "trial")),
            address=None if address is None else absolute(address),
            folder=str(Path.cwd()),
            experiment=self.experiment or str(details.get("experiment") or "runner"),
            files=list(self.files),
            trial_curves=self.trial_curves,
        )
