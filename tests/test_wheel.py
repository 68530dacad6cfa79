"""The wheel, installed in an empty environment with no checkout in sight, makes an instance and serves a page."""

import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
import zipfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.pg import fresh_database

ROOT = Path(__file__).resolve().parent.parent
TRAVELS = {"templates": "shelter/templates", "migrations": "shelter/migrations", "shelter/static": "shelter/static",
           "shelter/translations": "shelter/translations", "shelter/register": "shelter/register"}
PATIENCE = 60.0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built without any index, as it would be published."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
                   cwd=ROOT, check=True, capture_output=True)
    [file] = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment of its own with the wheel in it. What the wheel depends on is lent by this one, the program not.

    A folder named in a .pth file is looked through, but .pth files that lie there (the checkout's) are not read.
    """
    place = tmp_path_factory.mktemp("installed")
    venv.create(place, with_pip=False)
    subprocess.run([sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--no-index", "--no-config",
                    "--cache-dir", str(place / "cache"), "--python", str(place / "bin/python"), str(wheel)],
                   check=True, capture_output=True)
    [packages] = (place / "lib").glob("python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return place


@pytest.fixture
def run(installed, server, tmp_path):
    """run("init") -> the command, started elsewhere, with no setting but its instance (and the database)."""
    around = {"PATH": os.defpath, "HOME": str(tmp_path), "LANG": "C.UTF-8", "PYTHONWARNINGS": "error",
              "PYTHONSAFEPATH": "1", "SHELTER_INSTANCE": str(tmp_path / "instance")}

    def start(*arguments):
        return subprocess.Popen([installed / "bin/shelter", *arguments], cwd=tmp_path, env=around,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    with ExitStack() as stack:
        if server:
            around["SHELTER_DATABASE_URL"] = stack.enter_context(fresh_database(server))
        yield start


def ended(process):
    said, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, said


@contextmanager
def serving(process, port):
    """The server while it answers."""
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/salud", timeout=5) as answer:
                    assert answer.read().strip() == b'{"estado":"ok"}'
                break
            except urllib.error.URLError:
                assert process.poll() is None, process.communicate()[0]
                assert time.monotonic() < until, "the server did not begin to answer"
                time.sleep(0.1)
        yield lambda path: urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.mark.parametrize("folder", TRAVELS)
def test_what_is_no_python_travels_too(wheel, folder):
    there = {
        f"{TRAVELS[folder]}/{file.relative_to(ROOT / folder)}" for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert there
    with zipfile.ZipFile(wheel) as content:
        assert there - set(content.namelist()) == set()


def test_nothing_else_travels(wheel):
    with zipfile.ZipFile(wheel) as content:
        names = content.namelist()
    assert all(re.match(r"shelter(-[\d.]+\.dist-info)?/", name) for name in names)
    foreign = re.compile(r"(^|/)(tests?|instance|\.git|\.venv)/|\.key$|\.db$|__pycache__")
    assert [name for name in names if foreign.search(name)] == []


def test_the_wheel_names_its_command(wheel):
    with zipfile.ZipFile(wheel) as content:
        [name] = [each for each in content.namelist() if each.endswith("entry_points.txt")]
        assert "shelter = shelter.cli:main" in content.read(name).decode()


def test_the_installed_program_makes_an_instance_and_serves_a_page(run, installed, tmp_path):
    status, said = ended(run("init"))
    assert status == 0, said
    assert re.search(r"/activar/\S{20,}", said)
    port = free_port()
    with serving(run("run", "--port", str(port), "--workers", "1"), port) as get:
        with get("/") as answer:
            assert (answer.status, answer.url) == (200, f"http://127.0.0.1:{port}/entrar?next=/mi-dia")
            page = answer.read().decode()
        assert '<html lang="es"' in page
        assert "Contraseña" in page
        with get(re.search(r'href="(/static/app\.css[^"]*)"', page)[1]) as answer:
            assert answer.status == 200
    assert not (installed / "instance").exists()
    assert {each.name for each in (tmp_path / "instance").iterdir()} >= {"senda.key", "anchors"}


def test_the_installed_program_is_not_the_checkout(installed):
    code = ("import shelter, sys; from shelter.config import folder;"
            "print(shelter.__file__, folder('templates'), folder('migrations'), *sys.path)")
    said = subprocess.run([installed / "bin/python", "-P", "-c", code], capture_output=True, text=True, check=True,
                          cwd="/").stdout
    file, templates, migrations, *paths = said.split()
    assert all(each.startswith(str(installed)) for each in (file, templates, migrations))
    assert str(ROOT) not in paths
