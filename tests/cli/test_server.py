"""`shelter run`: only on this machine without TLS. That it serves is tested with the wheel."""

import sqlite3
from contextlib import closing

import pytest

from shelter.cli import server
from shelter.db import db, migrate
from shelter.house import create_app


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "casa.example", ""])
def test_without_tls_it_listens_to_this_machine_alone(refuses, shelter, instance, host):
    assert shelter("init").status == 0
    assert "SHELTER_TLS" in refuses("run", "--host", host)


@pytest.mark.parametrize(("host", "bind"), [
    ("127.0.0.1", "127.0.0.1:8123"), ("localhost", "localhost:8123"), ("127.8.8.8", "127.8.8.8:8123"),
    ("::1", "[::1]:8123"),
])
def test_it_binds_where_it_is_told(shelter, instance, monkeypatch, host, bind):
    bound = []
    monkeypatch.setattr(server, "serve", lambda app, options: bound.append(options["bind"]))
    assert shelter("init").status == 0
    done = shelter("run", "--host", host, "--port", "8123")
    assert (done.status, bound) == (0, [bind])


def test_with_tls_before_it_it_may_listen_to_all(shelter, instance, monkeypatch):
    bound = []
    monkeypatch.setattr(server, "serve", lambda app, options: bound.append(options["bind"]))
    assert shelter("init").status == 0
    monkeypatch.setenv("SHELTER_TLS", "true")
    assert shelter("run", "--host", "0.0.0.0").status == 0
    assert bound == ["0.0.0.0:8000"]


def test_it_closes_files_that_were_left_open(shelter, instance, monkeypatch):
    monkeypatch.setattr(server, "serve", lambda app, options: None)
    assert shelter("init").status == 0
    file = instance / "shelter.db"
    file.chmod(0o644)
    assert shelter("run").status == 0
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def of_yesterday(shelter, instance):
    """An instance whose database an earlier version of the program left behind."""
    assert shelter("init").status == 0
    app = create_app(instance=instance)
    with app.app_context():
        migrate.downgrade(db.engine, "-1")
        version = migrate.current(db.engine)
        db.session.remove()
        db.engine.dispose()
    return version


def test_an_earlier_database_is_copied_and_brought_up_to_date(shelter, instance, of_yesterday, monkeypatch):
    monkeypatch.setattr(server, "serve", lambda app, options: None)
    done = shelter("run")
    assert done.status == 0
    data, keys = sorted((instance / "backups").iterdir())
    assert str(data) in done.out
    assert [each.stat().st_mode & 0o777 for each in (data, keys)] == [0o600] * 2
    with closing(sqlite3.connect(instance / "shelter.db")) as now:
        assert of_yesterday != version_of(now) == migrate.newest()
    assert shelter("drill", str(data)).out.count(f"version {of_yesterday}") == 1
    assert "kept in" not in shelter("run").out
    assert len(list((instance / "backups").glob("senda-*"))) == 2


def version_of(connection):
    return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def test_without_a_copy_nothing_is_changed(refuses, shelter, instance, of_yesterday):
    (instance / "backups").write_text("in the way")
    assert "no backup could be written" in refuses("run")
    with closing(sqlite3.connect(instance / "shelter.db")) as now:
        assert version_of(now) == of_yesterday


def test_other_commands_say_how_to_bring_it_up_to_date(refuses, of_yesterday):
    assert "shelter run" in refuses("audit", "verify")


def test_the_database_of_a_later_version_is_refused(refuses, shelter, instance):
    assert shelter("init").status == 0
    with closing(sqlite3.connect(instance / "shelter.db")) as now:
        now.execute("UPDATE alembic_version SET version_num = '9999'")
        now.commit()
    assert "9999" in refuses("run")
    assert not (instance / "backups").exists()
