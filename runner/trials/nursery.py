"""The process that forks workers: importing scikit-learn takes a second, forking one who has done so 5 ms.

It is started before it is known what the work will be, imports what every worker needs, and from then on
does nothing but fork, pass on signals and tell how each worker died. As it never computes, it always hears
when the driver dies, and then kills every worker with all it has started, also one that heeds nothing.
Where forking a process that has loaded the system's own libraries is not safe (macOS), each worker is a
fresh interpreter and imports for itself.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from runner.trials.wire import Message, Wire, decoded, encoded

#: How often a dead worker's group is looked at until nothing of it is left.
_LOOK_AGAIN = 0.02
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


class Nursery:
    """Our end of the nursery."""

    def __init__(self, process: subprocess.Popen[bytes], end: socket.socket) -> None:
        self._process, self._end = process, end
        self._wire = Wire(end)

    @classmethod
    def start(cls, work: str, modules: Sequence[str], fresh: bool) -> Nursery:
        """Start it; returns at once. work, modules: imported before the first worker is forked."""
        ours, theirs = socket.socketpair()
        order = json.dumps({"line": theirs.fileno(), "work": work, "modules": list(modules), "fresh": fresh})
        # -P: a file named like a module, lying in the folder one stands in, must not be imported.
        command = [sys.executable, "-P", "-m", "runner.trials.nursery", order]
        # A session of its own: Ctrl-C is for the driver, which tells the workers in its own way.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True
        )
        theirs.close()
        return cls(process, ours)

    def fileno(self) -> int:
        """Return the descriptor to be watched."""
        return self._wire.fileno()

    def bear(self, number: int) -> Wire:
        """Ask for a worker; returns the connection to it."""
        ours, theirs = socket.socketpair()
        with suppress(OSError):  # a dead nursery is told by the end of its file
            self._end.setblocking(True)
            socket.send_fds(self._end, [encoded({"bear": number})], [theirs.fileno()])
        self._end.setblocking(False)
        theirs.close()
        return Wire(ours)

    def signal(self, number: int, code: int) -> None:
        """Send a signal to a worker and all it has started; nothing happens where it is dead already."""
        self._wire.send({"signal": code, "to": number})

    def hear(self) -> tuple[list[Message], bool]:
        """Return what it told, and whether it lives."""
        return self._wire.receive()

    def end(self, *, kill: bool) -> int:
        """End it, and return its exit code. kill: it has no workers, so that it needs no time."""
        self._wire.close()
        if kill:
            self._process.kill()
        try:
            return self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


# --- the nursery's own end --------------------------------------------------------------------------------


@dataclass
class Child:
    """A worker, by the number the driver gave it. code: how it died."""

    number: int
    code: int | None = None
    peak: int = 0


class Ward:
    """The nursery at work. line: to the driver. children: pid -> worker that lives, or has left others behind."""

    def __init__(self, line: socket.socket, work: str, fresh: bool) -> None:
        self.line, self.work, self.fresh = line, work, fresh
        self.children: dict[int, Child] = {}
        self.awake, self.wake = os.pipe()
        os.set_blocking(self.awake, False)
        os.set_blocking(self.wake, False)
        self.unread = b""
        self.ends: list[int] = []

    def watch(self) -> None:
        """Serve until the driver is gone, then leave nothing behind."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wake, warn_on_full_buffer=False)
        while True:
            waiting = any(child.code is not None for child in self.children.values())
            readable, _, _ = select.select([self.line.fileno(), self.awake], [], [], _LOOK_AGAIN if waiting else None)
            if self.awake in readable:
                os.read(self.awake, 4096)
            self.reap()
            if self.line.fileno() in readable and not self.read():
                break
        for pid, child in self.children.items():
            _signal(pid, signal.SIGKILL, leader=child.code is None)

    def read(self) -> bool:
        """Do what the driver asks; False where it is gone."""
        with suppress(ConnectionResetError):
            data, ends, _, _ = socket.recv_fds(self.line, 1 << 16, 16)
            self.ends += ends
            *lines, self.unread = (self.unread + data).split(b"\n")
            for line in lines:
                self.obey(decoded(line))
            return bool(data)
        return False

    def obey(self, order: Message) -> None:
        """Fork a worker, or pass on a signal."""
        if "bear" in order:
            self.bear(order["bear"], self.ends.pop(0))
            return
        for pid, child in self.children.items():
            if child.number == order["to"]:
                _signal(pid, order["signal"], leader=child.code is None)

    def bear(self, number: int, end: int) -> None:
        """Fork a worker that talks to the driver through `end`."""
        ours = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            self.say({"stillborn": number, "why": str(error)})
        else:
            if pid == 0:
                self.become_worker(end, ours)
            self.children[pid] = Child(number)
            self.say({"born": number, "pid": pid})
        os.close(end)

    def become_worker(self, end: int, parent: int) -> None:
        """Go on as a worker; never returns."""
        try:
            signal.set_wakeup_fd(-1)
            for code in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(code, signal.SIG_DFL)
            for descriptor in (self.line.fileno(), self.awake, self.wake, *self.ends):
                os.close(descriptor)
            os.setsid()
            die_with(parent)
            if self.fresh:
                os.set_inheritable(end, True)
                command = [sys.executable, "-P", "-m", "runner.trials.worker", str(end), self.work]
                os.execv(sys.executable, command)
            from runner.trials.worker import serve as work_on

            work_on(socket.socket(fileno=end), self.work)
        except BaseException:  # noqa: BLE001 - a forked process must not go on as its parent
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(70)

    def reap(self) -> None:
        """Tell of each worker that died, once nothing it has started is left."""
        with suppress(ChildProcessError):
            while (found := os.wait4(-1, os.WNOHANG))[0]:
                pid, status, usage = found
                if child := self.children.get(pid):
                    from runner.trials.limits import in_bytes

                    child.code, child.peak = os.waitstatus_to_exitcode(status), in_bytes(usage.ru_maxrss)
        for pid, child in list(self.children.items()):
            if child.code is not None and not _signal(pid, signal.SIGKILL, leader=False):
                del self.children[pid]
                self.say({"died": child.number, "code": child.code, "peak": child.peak})

    def say(self, message: Message) -> None:
        """Tell the driver; where it is gone, its end of file is next."""
        with suppress(OSError):
            self.line.sendall(encoded(message))


def _signal(pid: int, code: int, *, leader: bool) -> bool:
    """Signal a worker's group; False where nobody is in it. leader: the worker is not reaped yet."""
    try:
        os.killpg(pid, code)
    except PermissionError:  # macOS answers so where only the dead are left
        return False
    except ProcessLookupError:  # it has no group before its first instructions
        if leader:
            with suppress(ProcessLookupError):
                os.kill(pid, code)
        return leader
    return True


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies, where the kernel does that (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


def adopt_orphans() -> None:
    """Become the parent of what a dead worker leaves behind, to see it end, where the kernel allows it (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def serve(line: int, work: str, modules: Sequence[str], fresh: bool) -> None:
    """Import what workers need, then watch over them."""
    import gc

    adopt_orphans()
    if not fresh:
        # What importing makes stays; looked at by no collection, its pages stay shared with the workers.
        gc.disable()
        warm_up(work, modules)
        gc.freeze()
    ward = Ward(socket.socket(fileno=line), work, fresh)
    ward.say({"ready": True})
    ward.watch()


def warm_up(work: str, modules: Sequence[str]) -> None:
    """Import scikit-learn, the modules named, and the work."""
    from importlib import import_module

    from runner.execute.lean import import_scikit_learn

    import_scikit_learn()
    for module in modules:
        import_module(module)
    from runner.trials.worker import find_work

    find_work(work)


def _main(order: dict[str, Any]) -> None:
    serve(order["line"], order["work"], order["modules"], order["fresh"])


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
