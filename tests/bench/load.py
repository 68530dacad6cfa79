"""A closed-loop client: one connection, no thinking time; latency of each answer, processor time of the server."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

TURN = 0.5
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """Milliseconds: the middle answer, the 99th percentile, processor time an answer."""

    name: str
    p50: float
    p99: float
    cpu: float
    count: int


class Client:
    """A browser of sorts: keeps cookies and the token of the last form."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.location = ""

    def send(self, path: str, form: dict[str, str] | None = None, *, at_once: bool = False) -> str:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Encoding": "gzip",
        }
        if at_once:  # as our script asks
            headers["Prefer"] = "return=representation"
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        answer = self._answer("GET" if form is None else "POST", path, body, headers)
        content = answer.read()
        for value in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = value.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        self.location = answer.headers.get("Location", "")
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {answer.status}")
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
        return (gzip.decompress(content) if is_packed else content).decode(errors="replace")

    def _answer(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> http.client.HTTPResponse:
        """Ask; again on a new connection when the server had closed the idle one."""
        try:
            self.connection.request(method, path, body, headers)
            return self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            self.connection.close()
            self.connection.request(method, path, body, headers)
            return self.connection.getresponse()

    def hidden(self, html: str, name: str) -> str:
        found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)
        return found[1] if found else ""

    def sign_in(self, email: str, password: str) -> None:
        token = self.hidden(self.send("/entrar"), "csrf_token")
        self.send("/entrar", {"email": email, "password": password, "csrf_token": token})
        if not self.location.startswith("/mi-dia"):
            raise RuntimeError(f"signing in led to {self.location}")


def family(pid: int) -> list[int]:
    """A process and all that came from it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def processor_seconds(pid: int) -> float:
    total = 0
    for each in family(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def rest(pid: int, at_most: float = 300.0) -> None:
    """Wait until a server that was just started has read its names and done its jobs."""
    end = time.perf_counter() + at_most
    while time.perf_counter() < end:
        before = processor_seconds(pid)
        time.sleep(2)
        if processor_seconds(pid) - before < 0.05:
            return


def web_part(pid: int) -> int:
    """Of `shelter run`, the process whose children answer: the one that has most."""
    return max(family(pid)[1:], key=lambda each: len(family(each)))


def memory_mb(pid: int) -> float:
    """Proportional set size of a process and all that came from it."""
    total = 0
    for each in family(pid):
        rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
        total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.M)[1])
    return total / 1024


class Page:
    """What is asked of a server again and again, and what it took."""

    def __init__(self, name: str, pid: int, one: Callable[[], object]) -> None:
        self.name, self.pid, self.one = name, pid, one
        self.took: list[float] = []
        self.cpu = 0.0

    def ask_for(self, seconds: float) -> None:
        before, end = processor_seconds(self.pid), time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            self.one()
            self.took.append((time.perf_counter() - start) * 1000)
        self.cpu += (processor_seconds(self.pid) - before) * 1000

    @property
    def measured(self) -> Measured:
        took = sorted(self.took)
        return Measured(
            self.name, statistics.median(took), took[int(len(took) * 0.99)], self.cpu / len(took), len(took)
        )


def measure(seconds: float, *pages: Page) -> list[Measured]:
    """Each page for some seconds after a short warming, half a second at a time and in turns.

    A machine is not equally fast for a minute; so what is compared is measured side by side.
    """
    for page in pages:
        page.ask_for(min(1.0, seconds / 4))
        page.took.clear()
        page.cpu = 0.0
    for _turn in range(max(1, round(seconds / TURN))):
        for page in pages:
            page.ask_for(TURN)
    return [page.measured for page in pages]
