"""An experiment of MLflow: runs that are known by a tag, and what is written into them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput, Metric, Param, Run, RunTag
from mlflow.exceptions import MlflowException

from runner_mlflow.errors import Away, Refused

#: By which a run is known, whatever id MLflow gave it.
KEY = "runner.key"
PARENT = "mlflow.parentRunId"
#: What MLflow takes at once: of metrics, of parameters, of runs that are looked for.
_METRICS, _PARAMS, _PAGE = 900, 90, 1000
#: Errors of these kinds would come again.
_WHO = " Who asks is told by MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN."
_FINAL = frozenset({"INVALID_PARAMETER_VALUE", "BAD_REQUEST", "INVALID_STATE", "RESOURCE_DOES_NOT_EXIST"})


@dataclass(frozen=True)
class NewRun:
    """A run to make. key: what it is known by; began: milliseconds since 1970; parent: the id of the run it is in."""

    key: str
    name: str
    began: int
    tags: Mapping[str, str]
    parent: str | None = None


@dataclass
class Place:
    """An experiment. experiment: its id; remote: whether each call goes over a network."""

    client: MlflowClient
    experiment: str
    remote: bool = False
    _runs: dict[str, Run] = field(default_factory=dict)

    def run(self, new: NewRun) -> Run:
        """Return the run of that key, as it was when it was found; made if there is none."""
        if new.key not in self._runs:
            found = self._found(f"tags.`{KEY}` = '{new.key}'")
            self._runs[new.key] = found[0] if found else self.made(new)
        return self._runs[new.key]

    def made(self, new: NewRun) -> Run:
        """Make a run. There must be none of that key."""
        tags = {KEY: new.key, **new.tags, **({PARENT: new.parent} if new.parent else {})}
        with told_apart():
            return self.client.create_run(self.experiment, new.began, tags, new.name)

    def inside(self, parent: str) -> list[Run]:
        """Return the runs nested in one."""
        return self._found(f"tags.`{PARENT}` = '{parent}'")

    def write(
        self,
        run: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Write into a run, in as few calls as MLflow allows."""
        labels = [RunTag(name, value) for name, value in (tags or {}).items()]
        first = 0
        while metrics[first:] or params or labels:
            with told_apart():
                self.client.log_batch(run, metrics[first : first + _METRICS], params[:_PARAMS], labels[:_PARAMS])
            first, params, labels = first + _METRICS, params[_PARAMS:], labels[_PARAMS:]

    def goes_on(self, run: str) -> None:
        """Have a run that had ended go on."""
        with told_apart():
            self.client.update_run(run, status="RUNNING")

    def end(self, run: str, status: str, when: int) -> None:
        """Say how a run ended. when: milliseconds since 1970."""
        with told_apart():
            self.client.set_terminated(run, status, when)

    def send_file(self, run: str, path: Path, under: str | None) -> None:
        """Send a file. under: the folder among the run's artifacts."""
        with told_apart():
            self.client.log_artifact(run, str(path), under)

    def send_model(self, run: str, folder: Path) -> None:
        """Send a folder that MLflow loads as a model, unless the run has it already."""
        with told_apart():
            of_run = f"source_run_id = '{run}'"
            if any(found.status == "READY" for found in self.client.search_logged_models([self.experiment], of_run)):
                return
            model = self.client.create_logged_model(self.experiment, "model", run)
            self.client.log_model_artifacts(model.model_id, str(folder))
            self.client.finalize_logged_model(model.model_id, "READY")
            self.client.log_outputs(run, [LoggedModelOutput(model.model_id, 0)])

    def _found(self, wanted: str) -> list[Run]:
        found: list[Run] = []
        token: str | None = None
        while True:
            with told_apart():
                page = self.client.search_runs([self.experiment], wanted, max_results=_PAGE, page_token=token)
            found += page
            token = page.token
            if not token:
                return found


@contextlib.contextmanager
def told_apart() -> Iterator[None]:
    """Tell what MLflow refuses from what may succeed later. Raises Refused, Away."""
    try:
        yield
    except (Refused, Away):
        raise
    except MlflowException as error:
        kind = Refused if error.error_code in _FINAL else Away
        who = _WHO if error.get_http_status_code() in (401, 403) else ""
        raise kind(f"MLflow does not take it ({error.error_code}): {_line(error)}{who}") from error
    except Exception as error:  # whatever a database or a store of artifacts raises
        raise Away(f"MLflow cannot be reached ({type(error).__name__}): {_line(error)}") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:500]
