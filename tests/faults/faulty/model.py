"""A model that learns one threshold, and on the way does what its option says."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from runner.errors import ConfigError, DataError, PluginError


class Faulty(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Tell the first class from the others by one feature. level: where; does: what happens while it is trained.

    seconds: how long that takes at least. mark: a file that says what has happened already.
    """

    def __init__(
        self, level: float = 2.5, does: str = "learn", seconds: float = 0.0, mark: str = "", momentum: float = 0.0
    ) -> None:
        self.level = level
        self.does = does
        self.seconds = seconds
        self.mark = mark
        self.momentum = momentum

    def fit(self, features: Any, target: Any) -> Faulty:
        """Learn nothing but the names of the classes."""
        time.sleep(self.seconds)
        DEEDS[self.does](self)
        self.classes_ = np.unique(target)
        return self

    def predict(self, features: Any) -> Any:
        """Return the first class below the level, else the last."""
        below = np.asarray(features)[:, 2] < self.level
        return np.where(below, self.classes_[0], self.classes_[-1])


def _hang(model: Faulty) -> None:
    time.sleep(3600)


def _hang_deaf(model: Faulty) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(3600)


def _hang_in_c(model: Faulty) -> None:
    ctypes.PyDLL(None).sleep(3600)  # keeps the interpreter's lock


def _hang_with_children(model: Faulty) -> None:
    subprocess.run([sys.executable, "-c", "import time; time.sleep(3600)"], check=True)


def _segfault(model: Faulty) -> None:
    ctypes.string_at(0)


def _interrupt(model: Faulty) -> None:
    raise KeyboardInterrupt


def _allocate(model: Faulty) -> None:
    held = [b"x" * 50_000_000]
    while True:
        held.append(held[0] + b"x")


def _no_memory(model: Faulty) -> None:
    raise MemoryError


def _die_once(model: Faulty) -> None:
    with Path(model.mark).open("a") as file:
        file.write(f"{os.getpid()}\n")
    if len(Path(model.mark).read_text().splitlines()) == 1:
        os.kill(os.getpid(), signal.SIGKILL)


def _die(model: Faulty) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _print(model: Faulty) -> None:
    print("the model talks")


def _raise(error: type[Exception], text: str) -> Callable[[Faulty], None]:
    def deed(model: Faulty) -> None:
        raise error(text)

    return deed


def _touch(model: Faulty) -> None:
    Path(model.mark).touch()


DEEDS: Mapping[str, Callable[[Faulty], Any]] = {
    "learn": lambda model: None,
    "hang": _hang,
    "hang_deaf": _hang_deaf,
    "hang_in_c": _hang_in_c,
    "hang_with_children": _hang_with_children,
    "segfault": _segfault,
    "sys_exit": lambda model: sys.exit(0),
    "os_exit": lambda model: os._exit(0),
    "interrupt": _interrupt,
    "allocate": _allocate,
    "no_memory": _no_memory,
    "die_once": _die_once,
    "die": _die,
    "print": _print,
    "touch": _touch,
    "value_error": _raise(ValueError, "this model never works"),
    "config_error": _raise(ConfigError, "model.level: no level suits it"),
    "data_error": _raise(DataError, "iris.csv: the leaves are missing"),
    "plugin_error": _raise(PluginError, "faulty breaks the contract of its kind"),
}
