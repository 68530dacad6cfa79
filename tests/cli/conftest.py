"""The command as somebody types it: arguments in; status, what it says and what it complains of out."""

import os
import sys
from types import SimpleNamespace

import pytest

from shelter import house
from shelter.cli import main
from shelter.cli.demo import Demonstration
from shelter.config import NAMES
from shelter.db import db
from shelter.house import create_app
from shelter.protocol import queries as protocol


@pytest.fixture
def instance(tmp_path, monkeypatch):
    """An empty folder that the settings name, and no other setting of this machine."""
    for name in NAMES:
        monkeypatch.delenv(f"SHELTER_{name.upper()}", raising=False)
    monkeypatch.setenv("SHELTER_LOCALE", "en")  # what commands say is compared in English
    folder = tmp_path / "instance"
    monkeypatch.setenv("SHELTER_INSTANCE", str(folder))
    return folder


@pytest.fixture
def shelter(monkeypatch, capsys):
    """shelter("audit", "verify") -> status, out, err"""
    made = []

    def make(**settings):
        made.append(create_app(**settings))
        return made[-1]

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["shelter", *arguments])
        monkeypatch.setattr(house, "create_app", make)
        umask = os.umask(0o022)
        os.umask(umask)
        status = 0
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
        finally:
            os.umask(umask)
            protocol._kept.cache_clear()
            while made:  # a process that ends forgets what it kept and closes its connections; this one goes on
                with made.pop().app_context():
                    db.session.remove()
                    db.engine.dispose()
        out, err = capsys.readouterr()
        return SimpleNamespace(status=status, out=out, err=err)

    return run


@pytest.fixture
def refuses(shelter):
    """refuses("init", status=1) -> the one line that it says, and nothing else"""
    def check(*arguments, status=1):
        done = shelter(*arguments)
        assert done.status == status, done
        assert "Traceback" not in done.err
        assert done.out == ""
        if status == 1:
            assert len(done.err.strip().splitlines()) == 1, done.err
        return done.err

    return check


@pytest.fixture
def running(instance, app, database_url, monkeypatch):
    """This test's application, where the command finds it too."""
    monkeypatch.setenv("SHELTER_INSTANCE", app.instance_path)
    monkeypatch.setenv("SHELTER_DATABASE_URL", database_url)
    monkeypatch.setenv("SHELTER_MFA_REQUIRED", "false")
    yield app
    db.session.rollback()


PASSWORD = "cuatro palabras sin prisa"


@pytest.fixture
def demo(app):
    """demo(cases=…, seed=…, years=…): loaded into this test's database."""

    def load(cases=60, seed=1, years=2):
        return Demonstration(cases=cases, seed=seed, years=years).load(PASSWORD, lambda done: None)

    return load
