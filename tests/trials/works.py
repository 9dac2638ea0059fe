"""Work that goes wrong in every way, for the crew to live through. Each is named by payload["do"]."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from runner.errors import ConfigError, DataError, PluginError, ResourceError

#: What a worker remembers between tasks.
SEEN: list[str] = []


class ComponentError(PluginError):
    pass


class Diverged(ConfigError.__base__):  # type: ignore[misc,name-defined]
    pass


MISTAKES = {
    "config": ConfigError, "data": DataError, "plugin": PluginError, "resources": ResourceError,
    "component": ComponentError, "diverged": Diverged, "value": ValueError, "memory": MemoryError,
}  # fmt: skip


def act(payload: dict[str, Any], talk: Any) -> Mapping[str, Any]:
    return globals()[payload["do"]](payload, talk) or {}


def nothing(payload: dict[str, Any], talk: Any) -> Mapping[str, Any]:
    return {"pid": os.getpid(), "number": payload.get("number")}


def remember(payload: dict[str, Any], talk: Any) -> Mapping[str, Any]:
    SEEN.append(payload["label"])
    time.sleep(0.01)
    return {"pid": os.getpid(), "seen": SEEN}


def sleep(payload: dict[str, Any], talk: Any) -> Mapping[str, Any]:
    talk.say({"pid": os.getpid()})
    time.sleep(payload["seconds"])
    return {"pid": os.getpid(), "from": time.monotonic() - payload["seconds"], "to": time.monotonic()}


def write(payload: dict[str, Any], talk: Any) -> None:
    print("printed")
    os.write(1, b'\xff raw bytes {"ended": 1}\n')
    ctypes.CDLL(None).puts(b"from C")
    subprocess.run(["echo", "from a child"], check=True)


def fail(payload: dict[str, Any], talk: Any) -> None:
    raise MISTAKES[payload["as"]]("it is so")


def wrapped_memory_error(payload: dict[str, Any], talk: Any) -> None:
    try:
        raise MemoryError
    except MemoryError as error:
        raise ComponentError("model 'mlp' raised MemoryError") from error


def answer_text(payload: dict[str, Any], talk: Any) -> Any:
    return "not a mapping"


def answer_object(payload: dict[str, Any], talk: Any) -> Any:
    return {"x": object()}


def close_output(payload: dict[str, Any], talk: Any) -> None:
    sys.stdout.close()
    sys.stderr.close()
    os.close(1)
    raise ValueError("after closing")


def leave(payload: dict[str, Any], talk: Any) -> None:
    if payload["how"] == "sys.exit":
        sys.exit(0)
    if payload["how"] == "interrupt":
        raise KeyboardInterrupt
    os._exit(0)


def crash(payload: dict[str, Any], talk: Any) -> None:
    ctypes.string_at(0)


def kill_self(payload: dict[str, Any], talk: Any) -> None:
    os.kill(os.getpid(), payload["signal"])


def close_connections(payload: dict[str, Any], talk: Any) -> None:
    os.closerange(3, 64)


def forge(payload: dict[str, Any], talk: Any) -> None:
    """Write into every socket that is open, ours to the driver among them."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                os.write(int(name), b"garbage\n")
    time.sleep(60)


def hang(payload: dict[str, Any], talk: Any) -> None:
    how = payload["how"]
    child = None
    if how == "grandchild":
        code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
        child = subprocess.Popen([sys.executable, "-c", code])
        time.sleep(0.3)
    if how in ("ignores", "holds the lock"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    talk.say({"pids": [os.getpid(), *([child.pid] if child else [])]})
    if how == "holds the lock":
        ctypes.PyDLL(None).sleep(600)
    while True:
        time.sleep(600)


def hoard(payload: dict[str, Any], talk: Any) -> Mapping[str, Any]:
    held = bytearray(payload["bytes"])
    held[::4096] = b"x" * len(held[::4096])
    time.sleep(payload.get("seconds", 0))
    return {"held": len(held)}


def hoard_in_child(payload: dict[str, Any], talk: Any) -> None:
    code = f"x = bytearray({payload['bytes']}); x[::4096] = b'x' * len(x[::4096]); import time; time.sleep(60)"
    subprocess.run([sys.executable, "-c", code], check=True)


def converse(payload: dict[str, Any], talk: Any) -> Mapping[str, Any]:
    talk.say({"hello": payload["number"]})
    return {"heard": talk.hear(20), "then": talk.hear(0.01), "threads": talk.threads}


def count_threads(payload: dict[str, Any], talk: Any) -> Mapping[str, Any]:
    from threadpoolctl import threadpool_info

    return {"counts": [pool["num_threads"] for pool in threadpool_info()], "omp": os.environ.get("OMP_NUM_THREADS")}


def multiply(payload: dict[str, Any], talk: Any) -> Mapping[str, Any]:
    import numpy as np

    matrix = np.ones((300, 300))
    return {"corner": float((matrix @ matrix)[0, 0])}
