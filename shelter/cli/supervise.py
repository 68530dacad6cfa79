"""One process that keeps others: the web server and the jobs begin together, are kept alive, and end together."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

HEARD = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
PATIENCE = 20.0  # seconds for a part to end by itself
STEADY = 60.0  # seconds after which a part that dies counts as having run well
LONGEST_WAIT = 60.0  # seconds between two starts of a part that keeps dying
_TELL_WHEN_PARENT_DIES = 1  # PR_SET_PDEATHSIG, prctl(2)


@dataclass
class Part:
    """Something done in a process of its own. When a vital one ends, everything does; another is begun again."""

    name: str
    do: Callable[[], object]
    is_vital: bool = False
    pid: int = 0
    began: float = 0.0
    deaths: int = 0
    again_at: float = 0.0


@dataclass
class Supervisor:
    """Runs the parts until it is told to stop (SIGTERM, SIGINT, SIGHUP) or a vital part ends."""

    parts: list[Part]
    is_stopping: bool = False
    status: int = 0
    until: float = field(default=float("inf"))

    def run(self) -> int:
        """The exit status: 0 when it was told to stop."""
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        gc.freeze()  # what is shared with the parts stays shared
        while True:
            for part in self.parts:
                if not part.pid and not self.is_stopping and part.again_at <= time.monotonic():
                    self._begin(part)
            heard = signal.sigtimedwait(HEARD, self._wait())
            if heard and heard.si_signo != signal.SIGCHLD:
                self._stop()
            self._bury()
            if self.is_stopping and not any(part.pid for part in self.parts):
                return self.status
            if time.monotonic() > self.until:
                self._tell(signal.SIGKILL)

    def _wait(self) -> float:
        return max(0.05, min([1.0, *(part.again_at - time.monotonic() for part in self.parts if not part.pid)]))

    def _begin(self, part: Part) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        part.began = time.monotonic()
        part.pid = os.fork()
        if not part.pid:
            _become(part, parent)

    def _stop(self) -> None:
        if not self.is_stopping:
            self.is_stopping, self.until = True, time.monotonic() + PATIENCE
            self._tell(signal.SIGTERM)

    def _tell(self, what: signal.Signals) -> None:
        for part in self.parts:
            if part.pid:
                os.kill(part.pid, what)

    def _bury(self) -> None:
        """Take leave of the parts that ended, and see what that means for the others."""
        for part in self.parts:
            if part.pid and os.waitpid(part.pid, os.WNOHANG)[0]:
                part.pid = 0
                if part.is_vital and not self.is_stopping:
                    self.status = 1
                    self._stop()
                elif not self.is_stopping:
                    self._rest(part)

    def _rest(self, part: Part) -> None:
        lived = time.monotonic() - part.began
        part.deaths = 1 if lived > STEADY else part.deaths + 1
        wait = min(2.0 ** (part.deaths - 1), LONGEST_WAIT)
        part.again_at = time.monotonic() + wait
        print(f"shelter: {part.name} ended; it begins again in {wait:.0f} s", file=sys.stderr, flush=True)


def _become(part: Part, parent: int) -> None:
    """In the new process: do the part, and end with it, or with the parent however that ends."""
    status = 1
    try:
        for each in HEARD:
            signal.signal(each, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        ctypes.CDLL(None).prctl(_TELL_WHEN_PARENT_DIES, signal.SIGTERM)
        if os.getppid() == parent:
            part.do()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1 if end.code else 0
    except KeyboardInterrupt:
        status = 0
    except BaseException as error:
        print(f"shelter: {part.name}: {type(error).__name__}", file=sys.stderr)
        traceback.print_tb(error.__traceback__)  # where, not what: messages may carry what was written
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
