"""A closed-loop client: one connection, no thinking time; latency of each answer, processor time of the server."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

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

    def send(self, path: str, form: dict[str, str] | None = None) -> str:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept-Encoding": "gzip",
        }
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
        return (gzip.decompress(content) if answer.headers.get("Content-Encoding") == "gzip" else content).decode()

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


def memory_mb(pid: int) -> float:
    """Proportional set size of a process and all that came from it."""
    total = 0
    for each in family(pid):
        rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
        total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.M)[1])
    return total / 1024


def measure(name: str, pid: int, one: object, seconds: float) -> Measured:
    """Call `one()` again and again for some seconds, after a short warming."""
    until = time.perf_counter() + min(1.0, seconds / 4)
    while time.perf_counter() < until:
        one()  # type: ignore[operator]
    took: list[float] = []
    before, end = processor_seconds(pid), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        one()  # type: ignore[operator]
        took.append((time.perf_counter() - start) * 1000)
    cpu = (processor_seconds(pid) - before) / len(took) * 1000
    return Measured(name, statistics.median(took), sorted(took)[int(len(took) * 0.99)], cpu, len(took))
