"""TensorBoard's event files, written by the package's own record writer; neither TensorFlow nor PyTorch is needed.

A file is a list of `Event` messages. Scalars are plain values under a tag and a step; images are PNG files as they
are; hyper-parameters are messages of the dashboard HParams inside the description of an empty value.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from runner.errors import PluginError

try:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import metadata
    from tensorboard.plugins.hparams.api_pb2 import Experiment, HParamInfo, MetricInfo, MetricName, Status
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo, SessionStartInfo
    from tensorboard.summary.writer.record_writer import RecordWriter
except ImportError as error:
    raise PluginError(
        f"tracker 'tensorboard' needs the package tensorboard, which cannot be imported ({error}): "
        "pip install 'runner-ml[tensorboard]'"
    ) from error


class EventFile:
    """One event file in a folder, which is a run of its own for TensorBoard. began: seconds since 1970."""

    def __init__(self, folder: Path, began: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # The name of the machine, which such files usually have in theirs, is nobody's business.
        self._file = (folder / f"events.out.tfevents.{began:.6f}.{os.getpid()}.runner").open("ab")
        self._records = RecordWriter(self._file)
        self._write(Event(wall_time=began, file_version="brain.Event:2"))

    def scalars(self, values: Mapping[str, float], step: int, when: float) -> None:
        """Write numbers of one step, by tag."""
        told = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
        if told:
            self._write(Event(wall_time=when, step=step, summary=Summary(value=told)))

    def picture(self, tag: str, png: bytes, when: float) -> None:
        """Write a picture. png: the file; its size stands at its beginning."""
        width, height = (int.from_bytes(png[place : place + 4], "big") for place in (16, 20))
        image = Summary.Image(encoded_image_string=png, width=width, height=height, colorspace=4)
        self._write(Event(wall_time=when, summary=Summary(value=[Summary.Value(tag=tag, image=image)])))

    def experiment(self, names: Mapping[str, Any], metric: str, when: float) -> None:
        """Say which hyper-parameters there are, and which number tells how good they are."""
        infos = [HParamInfo(name=name) for name in names]
        metrics = [MetricInfo(name=MetricName(tag=metric))]
        told = Experiment(hparam_infos=infos, metric_infos=metrics, time_created_secs=when)
        self._describe(metadata.EXPERIMENT_TAG, HParamsPluginData(experiment=told), when)

    def settings(self, values: Mapping[str, Any], name: str, when: float) -> None:
        """Write the hyper-parameters of a run or trial. name: what it is called."""
        start = SessionStartInfo(group_name=name, start_time_secs=when)
        for key, value in values.items():
            if isinstance(value, bool):
                start.hparams[key].bool_value = value
            elif isinstance(value, int | float):
                start.hparams[key].number_value = value
            else:
                start.hparams[key].string_value = str(value)
        self._describe(metadata.SESSION_START_INFO_TAG, HParamsPluginData(session_start_info=start), when)

    def ended(self, when: float, *, well: bool) -> None:
        """Say how the run or trial ended."""
        status = Status.Value("STATUS_SUCCESS" if well else "STATUS_FAILURE")
        end = SessionEndInfo(status=status, end_time_secs=when)
        self._describe(metadata.SESSION_END_INFO_TAG, HParamsPluginData(session_end_info=end), when)

    def close(self) -> None:
        """Have everything on its way to the disk."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _describe(self, tag: str, told: HParamsPluginData, when: float) -> None:
        value = Summary.Value(tag=tag, metadata=metadata.create_summary_metadata(told), tensor=metadata.NULL_TENSOR)
        self._write(Event(wall_time=when, summary=Summary(value=[value])))

    def _write(self, event: Event) -> None:
        self._records.write(event.SerializeToString())
        self._file.flush()
