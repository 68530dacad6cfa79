"""A certificate of the house's own: its names, its confines, its renewal; and which names are answered at all."""

import socket
import ssl
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography import x509

from shelter.calendar import now
from shelter.cli import server, tls
from shelter.cli.tls import Certificate

NAMES = ["casa", "casa.local", "localhost", "127.0.0.1", "192.168.7.9", "::1"]


@pytest.fixture
def certificate(tmp_path):
    made = Certificate(tmp_path / "tls", NAMES)
    assert made.renew()
    return made


def read(certificate):
    return x509.load_pem_x509_certificate(certificate.file.read_bytes())


def shake_hands(certificate, name, trusted):
    """What a client that trusts one authority finds under a name; raises when it would warn."""
    ours, theirs = socket.socketpair()
    context = certificate.context(None, None)

    def serve():
        try:
            with context.wrap_socket(ours, server_side=True) as talk:
                talk.recv(1)
        except OSError:
            ours.close()

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        with ssl.create_default_context(cafile=trusted).wrap_socket(theirs, server_hostname=name) as talk:
            talk.send(b"x")
            return talk.version(), talk.getpeercert()
    finally:
        theirs.close()
        serving.join(5)


@pytest.mark.parametrize("name", ["casa", "casa.local", "localhost", "127.0.0.1", "192.168.7.9"])
def test_a_device_that_trusts_the_authority_is_not_warned(certificate, name):
    version, _said = shake_hands(certificate, name, certificate.folder / "authority.crt")
    assert version == "TLSv1.3"


@pytest.mark.parametrize("name", ["otra.example", "192.168.7.10"])
def test_another_name_is_warned_of(certificate, name):
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(certificate, name, certificate.folder / "authority.crt")


def test_the_authority_can_vouch_for_no_other_site(certificate):
    """Even for who steals its key: devices refuse what it signs for other names."""
    thief = Certificate(certificate.folder, ["casa", "banco.example", "203.0.113.9"])
    thief._authority = lambda: Certificate(certificate.folder, NAMES)._authority()
    assert thief.renew()
    trusted = certificate.folder / "authority.crt"
    for name in ("casa", "banco.example", "203.0.113.9"):
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
            shake_hands(thief, name, trusted)


def test_keys_are_for_their_owner_alone(certificate):
    assert certificate.folder.stat().st_mode & 0o777 == 0o700
    assert {each.name: each.stat().st_mode & 0o777 for each in certificate.folder.iterdir()} == {
        "house.pem": 0o600, "authority.key": 0o600, "authority.crt": 0o600,
    }


def test_it_is_renewed_a_month_before_it_ends_and_devices_need_not_be_asked_again(certificate):
    trusted, first = (certificate.folder / "authority.crt").read_bytes(), read(certificate)
    with time_machine.travel(now(), tick=False) as clock:
        certificate.context(None, None)
        clock.shift(timedelta(days=366))
        assert not certificate.renew(), "it holds for more than a month still"
        clock.shift(timedelta(days=2))
        certificate.context(None, None)
    assert read(certificate).serial_number != first.serial_number
    assert read(certificate).not_valid_after_utc - first.not_valid_after_utc == timedelta(days=368)
    assert (certificate.folder / "authority.crt").read_bytes() == trusted


def test_another_name_makes_another_certificate_and_a_private_address_no_other_authority(certificate):
    trusted = (certificate.folder / "authority.crt").read_bytes()
    moved = Certificate(certificate.folder, [*NAMES, "10.1.2.3", "refugio.local"])
    assert moved.renew()
    assert not moved.renew()
    assert (certificate.folder / "authority.crt").read_bytes() == trusted
    renamed = Certificate(certificate.folder, [*NAMES, "senda.example"])
    assert renamed.renew()
    assert (certificate.folder / "authority.crt").read_bytes() != trusted, "that one might not vouch for it"
    assert shake_hands(renamed, "senda.example", certificate.folder / "authority.crt")


@pytest.mark.parametrize("file", ["house.pem", "authority.crt"])
def test_what_was_damaged_is_made_anew(certificate, file):
    (certificate.folder / file).write_text("nothing that can be read")
    assert certificate.renew()
    assert shake_hands(certificate, "casa", certificate.folder / "authority.crt")


def test_no_other_machine_is_asked_for_the_names_of_this_one():
    names = tls.machine_names("0.0.0.0")
    assert {"localhost", "127.0.0.1", socket.gethostname().lower()} <= set(names)
    assert "0.0.0.0" not in names
    assert tls.machine_names("192.168.9.9")[-1] == "192.168.9.9"


@pytest.fixture
def served(shelter, instance, monkeypatch):
    """served("--tls") -> what the server was given, and what the command said."""
    def run(*arguments):
        given = []
        monkeypatch.setattr(server, "serve", lambda app, options: given.append(server.Server(app, options)))
        done = shelter("run", *arguments)
        assert done.status == 0, done
        return given[0], done.out

    assert shelter("init").status == 0
    return run


def test_with_tls_a_house_can_be_reached_by_its_telephones(served, instance):
    found, said = served("--tls", "--host", "0.0.0.0")
    assert found.options["certfile"] == str(instance / "tls" / "house.pem")
    assert "https://0.0.0.0:8000" in said
    assert str(instance / "tls" / "authority.crt") in said
    assert found.application.config["SESSION_COOKIE_NAME"] == "__Host-s"
    assert found.application.config["SESSION_COOKIE_SECURE"]
    client = found.application.test_client()
    assert client.get("/salud", base_url=f"https://{socket.gethostname().lower()}:8000").status_code == 200
    assert client.get("/salud", base_url="https://senda.example").status_code == 400


def test_without_tls_only_this_machines_own_names_are_answered(served):
    found, _said = served("--host", "127.0.0.1")
    client = found.application.test_client()
    for name, status in (("localhost:8000", 200), ("127.0.0.1:8000", 200), ("[::1]:8000", 200), ("[::2]", 400),
                         ("malo.example", 400), ("127.0.0.1.malo.example", 400), ("", 400)):
        assert client.get("/salud", headers={"Host": name}).status_code == status, name


def test_the_names_that_were_set_are_the_only_ones(served, monkeypatch):
    monkeypatch.setenv("SHELTER_TRUSTED_HOSTS", "senda.example")
    found, _said = served("--tls")
    client = found.application.test_client()
    assert client.get("/salud", base_url="https://senda.example").status_code == 200
    assert client.get("/salud", base_url="https://localhost").status_code == 400
    said = x509.load_pem_x509_certificate(Path(found.options["certfile"]).read_bytes())
    names = said.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "senda.example" in names.get_values_for_type(x509.DNSName)


def test_behind_a_proxy_it_says_which_name_is_missing(served, monkeypatch):
    monkeypatch.setenv("SHELTER_TLS", "true")
    assert "SHELTER_TRUSTED_HOSTS" in served("--host", "0.0.0.0")[1]
