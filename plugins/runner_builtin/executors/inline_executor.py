"""The executor that needs nothing: each task runs at once, in this process and thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class InlineExecutor:
    """Run tasks where they are submitted, one after the other."""

    def submit(self, task: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Run `task(*arguments)` and return its finished future, which holds the result or the exception."""
        future: Future[Any] = Future()
        try:
            future.set_result(task(*arguments))
        except Exception as error:  # noqa: BLE001 - the future hands it to whoever asks for the result
            future.set_exception(error)
        return future
