"""A large upload is never written down in clear, whatever page it is sent to: no file is opened to write it."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from shelter.access import Role

LARGE = b"Zq000xkanario del archivo " * 360_000  # nine megabytes and more
WRITING = os.O_WRONLY | os.O_RDWR
watched = None


def note(event, arguments):
    """Files opened to be written, by any means Python has (a nameless one is opened by the name of its folder)."""
    if watched is None:
        return
    if (event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING) or event.startswith("tempfile."):
        watched.append(str(arguments[0]))


sys.addaudithook(note)


def body(token):
    """A form as a browser sends it, made here: the test client would itself make a temporary file."""
    parts = {b'name="csrf_token"': token.encode(), b'name="name"': b"x", b'name="file"; filename="informe.pdf"': LARGE}
    lines = (b"--z\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % part for part in parts.items())
    return b"".join(lines) + b"--z--\r\n"


@pytest.fixture
def watching(monkeypatch, tmp_path):
    """The files that were opened for writing since."""
    global watched
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    Path(tempfile.tempdir).mkdir()
    watched = found = []
    yield found
    watched = None


def test_the_watch_sees_what_a_spooled_file_does(watching):
    with tempfile.SpooledTemporaryFile(max_size=1000) as file:
        file.write(LARGE)
    assert watching


def test_no_page_writes_a_large_upload_down(app, programme, staff, sign_in, watching):
    urls = sorted(str(rule) for rule in app.url_map.iter_rules() if "POST" in rule.methods and not rule.arguments)
    clients = [sign_in(staff(role)) for role in (Role.CASEWORKER, Role.ADMINISTRATOR)]
    seen, anchors = 0, app.extensions["settings"].anchors
    del watching[:]
    assert len(urls) > 10
    for place, url in enumerate(urls):
        client = clients[place % 2]
        answer = client.post(url, data=body(client.token), content_type="multipart/form-data; boundary=z")
        assert answer.status_code < 500, url
        seen += answer.status_code in {200, 302, 303, 422}
    written = [name for name in watching if not Path(name).is_relative_to(anchors)]
    assert written == []
    assert seen > 5, "some of them read the form"
