"""Where spool files go: the experiment that a header names, at its address."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from runner_mlflow.errors import Away, Refused
from runner_mlflow.place import Place, told_apart
from runner_mlflow.run_scribe import RunScribe
from runner_mlflow.scribe import Scribe
from runner_mlflow.spool import SQLITE, Spooled
from runner_mlflow.sweep_scribe import SweepScribe


class Places:
    """Opens places; a connection is kept for the next file of that address. instead: address -> one that counts."""

    def __init__(self, instead: Mapping[str, str]) -> None:
        self._instead = instead
        self._clients: dict[str, MlflowClient] = {}

    def scribe(self, spooled: Spooled) -> Scribe:
        """Return what writes a spool file into its experiment, which is made if there is none. Raises Away."""
        header = spooled.header
        with contextlib.suppress(FileNotFoundError):
            os.chdir(header.folder)  # where MLflow looks for a place if none is named
        with _unless_away():
            told = header.address or mlflow.get_tracking_uri()
            address = self._instead.get(told, told)
            client = self._client(address)
            place = Place(client, _experiment(client, header.experiment), address.startswith("http"))
        return (SweepScribe if header.sweep else RunScribe)(place, spooled)

    def _client(self, address: str) -> MlflowClient:
        if address not in self._clients:
            if address.startswith(SQLITE):
                os.chdir(Path(address.removeprefix(SQLITE)).parent)  # so artifacts come to lie beside the database
            self._clients[address] = MlflowClient(address)
        return self._clients[address]


@contextlib.contextmanager
def _unless_away() -> Iterator[None]:
    """Take every trouble with an address as one that a person can mend."""
    try:
        with told_apart():
            yield
    except Refused as error:
        raise Away(str(error)) from error


def _experiment(client: MlflowClient, name: str) -> str:
    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            found = client.get_experiment_by_name(name)  # another process was quicker
            assert found is not None
    if found.lifecycle_stage != "active":
        restore = f"mlflow experiments restore -x {found.experiment_id}"
        raise Away(f"the experiment {name!r} is deleted in MLflow; '{restore}' brings it back")
    return str(found.experiment_id)
