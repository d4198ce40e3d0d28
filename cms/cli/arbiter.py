"""Who listens, and keeps the processes that serve alive, without the application. See docs/decisions/0013.

They are forked by a process that has loaded it, which tells their numbers and ends; they become ours then, since this
process is the one that orphans go to. So they share what they do not change with each other, and with nobody else.
"""

import contextlib
import ctypes
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from gunicorn import sock
from gunicorn.arbiter import Arbiter

from cms.cli.starting import nothing_collected

if TYPE_CHECKING:
    from flask import Flask

#: Of Linux's prctl.
_SET_CHILD_SUBREAPER = 36
#: After none could be made, as of code that is being replaced.
RETRY_SECONDS = 5.0
#: To load the application takes two; whoever is at it for so long hangs. A start may take any time.
MAKING_SECONDS = 180.0
INTERRUPTED = 130


class Site(Protocol):
    """The application, loaded when this is called; at a start whatever it needs is set up, and the reader greeted."""

    def __call__(self, is_first: bool) -> "Flask": ...


@dataclass
class _Making:
    """One process that makes workers: what it told so far, and those that it makes."""

    pid: int
    told_by: int
    workers: list[Any]
    #: Of those that had ended before, how many it knew of.
    knows_of: int
    #: Whether they take the place of all that serve, and not only of those that are missing.
    for_all: bool
    began: float = field(default_factory=time.monotonic)
    _said: bytes = b""

    def end(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def told(self) -> dict[str, Any] | None:
        """The pids and where counts are kept, or the exit status of one that failed; None as long as it is at work."""
        with contextlib.suppress(BlockingIOError):
            while not self._said.endswith(b"\n"):
                part = os.read(self.told_by, 65536)
                if not part:  # it was killed
                    return {"status": 1}
                self._said += part
            found: dict[str, Any] = json.loads(self._said)
            return found
        return None


def can_adopt() -> bool:
    """Whether orphans of processes that this one starts become its own from now on, as Linux can do."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    return prctl is not None and prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


class LeanArbiter(Arbiter):
    """gunicorn's, but that workers come from a process which ends once they are there."""

    worker_class: Any

    def __init__(self, app: Any) -> None:
        self._making: _Making | None = None
        self._is_first, self._wants_all = True, False
        self._not_before = 0.0
        #: Where they count, and who is gone since somebody could see to what they left.
        self.counts: str | None = None
        self.ended: list[int] = []
        super().__init__(app)
        self.cfg.set("child_exit", self._note_ended)

    def handle_hup(self) -> None:
        """New workers for all, of the code of now; the others end what they have in hand once those are there."""
        self._wants_all = True

    def manage_workers(self) -> None:
        self._look()
        if self._wants_all and self._may_begin():
            self._wants_all = False
            self._begin(self.num_workers, for_all=True)
        super().manage_workers()

    def spawn_workers(self) -> None:
        if self._may_begin():
            self._begin(self.num_workers - len(self.WORKERS))

    def _may_begin(self) -> bool:
        return self._making is None and time.monotonic() >= self._not_before

    def reap_workers(self) -> None:
        self._look()  # before one that has ended already is taken for somebody else's
        super().reap_workers()

    def stop(self, graceful: bool = True) -> None:
        if (making := self._making) is not None:
            self._making = None
            making.end(signal.SIGTERM)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(making.pid, 0)
            if (told := making.told()) is not None:
                self._adopt(making, told.get("pids", []))
        super().stop(graceful)

    def _note_ended(self, _arbiter: Arbiter, worker: Any) -> None:
        self.ended.append(worker.pid)

    def _begin(self, count: int, *, for_all: bool = False) -> None:
        """Start the process that makes so many."""
        workers = []
        for _number in range(count):
            self.worker_age += 1
            arguments = (self.worker_age, self.pid, self.LISTENERS, self.app, self.timeout / 2.0, self.cfg, self.log)
            workers.append(self.worker_class(*arguments))
        told_by, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(told_by)
            self._make(workers, tell)
        os.close(tell)
        os.set_blocking(told_by, False)
        self._making = _Making(pid, told_by, workers, len(self.ended), for_all)

    def _look(self) -> None:
        """Take over those that were made."""
        making = self._making
        if making is None:
            return
        if (told := making.told()) is None:
            if not self._is_first and time.monotonic() - making.began > MAKING_SECONDS:
                making.end(signal.SIGKILL)
            return
        os.close(making.told_by)
        self._making = None
        if "status" in told:
            self._none_were_made(making, told["status"])
            return
        self._is_first = False
        self.counts = told["counts"]
        del self.ended[: making.knows_of]
        self._adopt(making, told["pids"])

    def _adopt(self, making: _Making, pids: list[int]) -> None:
        for worker, pid in zip(making.workers, pids, strict=False):
            worker.pid = pid
            self.WORKERS[pid] = worker

    def _none_were_made(self, making: _Making, status: int) -> None:
        """At a start, that is the end, and it has said why; later, those that serve go on, and it is tried again."""
        for worker in making.workers:
            worker.tmp.close()
        if self._is_first:
            sock.close_sockets(self.LISTENERS)
            sys.exit(status)
        self.log.error("New processes that serve could not be made.")
        self._not_before = time.monotonic() + RETRY_SECONDS
        self._wants_all = self._wants_all or making.for_all

    def _make(self, workers: list[Any], tell: int) -> NoReturn:
        """In the process that makes them, which ends here. A worker leaves it by SystemExit, as ever.

        An error goes no further: the loop of gunicorn would end those that serve, which this process knows as well.
        """
        try:
            self._load_and_fork(workers, tell)
        except Exception:  # as where there is no memory for another process, or nobody listens any more
            self.log.exception("Processes that serve could not be made.")
            os._exit(1)
        os._exit(0)  # what was opened here belongs to the workers, and is not to be closed in order

    def _load_and_fork(self, workers: list[Any], tell: int) -> None:
        for number in (*self.SIGNALS, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        told = self._prepared()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        with contextlib.suppress(OSError):
            print(end="", flush=True)  # what was said at the start; standard output may be closed
        if "status" not in told:
            gate = _Gate(workers, tell)
            self.cfg.set("post_fork", gate.wait)
            made = iter(workers)
            self.worker_class = lambda *_arguments: next(made)
            for _worker in workers:
                self.spawn_worker()
            told["pids"] = [worker.pid for worker in workers]
        os.write(tell, json.dumps(told).encode() + b"\n")
        if "pids" in told:
            gate.open()

    def _prepared(self) -> dict[str, Any]:
        """What to tell of it: where counts are kept, or the exit status where there is nothing to serve."""
        try:
            return {"counts": self._loaded()}
        except KeyboardInterrupt:
            return {"status": INTERRUPTED}
        except BaseException as error:
            from cms.cli import mistakes

            status = mistakes.told(error)
            if status is None:
                self.log.exception("The application could not be loaded.")
            return {"status": 1 if status is None else status}

    def _loaded(self) -> str:
        """Where those that serve will count."""
        with nothing_collected():
            from cms.cli import processes

            self.app.callable = self.app.site(is_first=self._is_first)
        for name, hook in processes.HOOKS.items():
            self.cfg.set(name, hook)
        return processes.prepare(self.app.callable, self.counts, self.ended)


class _Gate:
    """Where workers wait until their arbiter knows of them: gunicorn's end as soon as they find that it is another."""

    def __init__(self, workers: list[Any], tell: int) -> None:
        self._workers, self._tell = workers, tell
        self._maker = os.getpid()
        self._inside, self._outside = os.pipe()

    def open(self) -> None:
        os.write(self._outside, b"." * len(self._workers))

    def wait(self, _arbiter: Any, worker: Any) -> None:
        """In a worker; it ends where the one that made it did so before its time."""
        os.close(self._tell)
        os.close(self._outside)
        for other in self._workers:
            if other is not worker:
                other.tmp.close()
        if not os.read(self._inside, 1):
            os._exit(0)
        os.close(self._inside)
        while os.getppid() == self._maker:
            time.sleep(0.001)
