"""`shelter run`: only on this machine without TLS. That it serves is tested with the wheel."""

import pytest

from shelter.cli import server


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
    monkeypatch.setattr(server.Server, "run", lambda self: bound.append(self.options["bind"]))
    assert shelter("init").status == 0
    done = shelter("run", "--host", host, "--port", "8123")
    assert (done.status, bound) == (0, [bind])


def test_with_tls_before_it_it_may_listen_to_all(shelter, instance, monkeypatch):
    bound = []
    monkeypatch.setattr(server.Server, "run", lambda self: bound.append(self.options["bind"]))
    assert shelter("init").status == 0
    monkeypatch.setenv("SHELTER_TLS", "true")
    assert shelter("run", "--host", "0.0.0.0").status == 0
    assert bound == ["0.0.0.0:8000"]


def test_it_closes_files_that_were_left_open(shelter, instance, monkeypatch):
    monkeypatch.setattr(server.Server, "run", lambda self: None)
    assert shelter("init").status == 0
    file = instance / "shelter.db"
    file.chmod(0o644)
    assert shelter("run").status == 0
    assert file.stat().st_mode & 0o777 == 0o600
