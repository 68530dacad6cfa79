"""kill -9 under eight writers loses no save that was acknowledged, and makes none twice: processes of a real server.

KILLS=50 (as `make bench` runs it) for the whole proof; few here, each of them real.
"""

import http.client
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from contextlib import closing
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import verify
from shelter.codes.leaving import InstructionKind
from shelter.db import db
from shelter.residence.models import Instruction
from tests.cli.test_supervise import answers, children, free_port, is_there, until
from tests.client import Page

KILLS = int(os.environ.get("KILLS", "6"))
WRITERS, EACH_TENTH = 8, 10
SHELTER = [sys.executable, "-c", "from shelter.cli import main; main()"]


class Server:
    """A server that is killed again and again: one of its processes, each tenth time all of them."""

    def __init__(self, around):
        self.around, self.port, self.process = around, free_port(), None

    def start(self):
        command = [*SHELTER, "run", "--port", str(self.port), "--workers", "2"]
        self.process = subprocess.Popen(command, env=self.around, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        until(lambda: answers(self.port))

    def kill_one(self):
        """A worker of the web server, at random; the first of them are those that save."""
        web = [pid for pid in children(self.process.pid) if children(pid)]
        workers = [pid for parent in web for pid in children(parent)]
        if workers:
            os.kill(random.choice(workers), signal.SIGKILL)

    def kill_all(self):
        everybody = [self.process.pid, *children(self.process.pid)]
        for pid in everybody:
            if is_there(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        until(lambda: not any(is_there(pid) for pid in everybody))


class Writer(threading.Thread):
    """Saves one thing after the other; what was not acknowledged is sent again, with the same key."""

    def __init__(self, port, path, cookie, stop):
        super().__init__()
        self.port, self.path, self.stop = port, path, stop
        self.headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self.acknowledged, self.again, self.odd = [], 0, []
        self.fields = self._form()

    def run(self):
        while not self.stop.is_set():
            key, text = str(uuid.uuid4()), f"sobre {uuid.uuid4().hex[:12]}"
            while (status := self._send(key, text)) != 303:
                if status not in {None, 503}:  # answered, and not as it should be
                    self.odd.append(status)
                    return
                self.again += 1
                time.sleep(0.02)
            self.acknowledged.append(text)

    def _form(self):
        page = Page(self._ask("GET")[1])
        found = {each["name"]: each.get("value") or "" for each in page.all("input")
                 if each.get("name") and each.get("type") not in {"radio", "checkbox", "submit"}}
        return {**found, "kind": InstructionKind.DO.value, "back": ""}

    def _send(self, key, text):
        try:
            return self._ask("POST", urlencode({**self.fields, "submit_key": key, "text": text}))[0]
        except (OSError, http.client.HTTPException):
            return None

    def _ask(self, method, body=None):
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, self.path, body, self.headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


@pytest.fixture
def house(app, database_url, staff, case, sign_in, tmp_path):
    """Eight people with a case each, signed in, and a server for them."""
    browsers = []
    for number in range(WRITERS):
        lead = staff(Role.CASEWORKER)
        made = case(team=[lead], name=f"Rosa {number}")
        cookie = sign_in(lead).get_cookie("s")
        browsers.append((f"/casos/{made.id}/indicaciones", f"s={cookie.value}"))
    db.session.remove()
    db.engine.dispose()
    server = Server({**os.environ, "SHELTER_INSTANCE": str(tmp_path), "SHELTER_DATABASE_URL": database_url,
                     "SHELTER_MFA_REQUIRED": "false"})
    server.start()
    yield SimpleNamespace(server=server, browsers=browsers)
    server.kill_all()


def test_no_acknowledged_save_is_lost_and_none_is_made_twice(app, house, engine_name):
    stop = threading.Event()
    writers = [Writer(house.server.port, path, cookie, stop) for path, cookie in house.browsers]
    for writer in writers:
        writer.start()
    began = time.monotonic()
    for kill in range(1, KILLS + 1):
        time.sleep(0.3)
        if kill % EACH_TENTH == 0 or kill == KILLS:
            house.server.kill_all()
            house.server.start()
        else:
            house.server.kill_one()
    time.sleep(0.3)
    stop.set()
    for writer in writers:
        writer.join()
    seconds = time.monotonic() - began
    acknowledged = [text for writer in writers for text in writer.acknowledged]
    kept = [row.text for row in db.session.scalars(sa.select(Instruction))]
    print(f"\n{engine_name}: {KILLS} kills in {seconds:.0f} s under {WRITERS} writers: {len(acknowledged)} saves "
          f"acknowledged, {len(set(acknowledged) - set(kept))} lost, {len(kept) - len(set(kept))} twice, "
          f"{sum(writer.again for writer in writers)} sent again")
    assert [writer.odd for writer in writers if writer.odd] == []
    assert min(len(writer.acknowledged) for writer in writers) > 0
    assert sorted(kept) == sorted(acknowledged)
    assert verify().is_sound
    if engine_name == "sqlite":
        assert db.session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
