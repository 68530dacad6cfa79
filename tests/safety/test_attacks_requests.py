"""Attacks with the request itself: methods, headers, bodies, paths that lead out of the house."""

import io
import random
import time
import zipfile
from contextlib import suppress

import pytest
from PIL import Image

from shelter.access import Role
from shelter.cli import server
from shelter.documents.files import checked
from shelter.rules import RuleBroken
from shelter.web.headers import ALWAYS
from tests.client import lint

BOUNDARY = "x"


def part(name, value="", **more):
    said = "".join(f'; {key}="{each}"' for key, each in more.items())
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{said}\r\n\r\n{value}\r\n'


def calm(answer, *statuses):
    assert answer.status_code in statuses, answer.status_code
    if answer.mimetype == "text/html" and answer.data and not 300 <= answer.status_code < 400:
        lint(answer.text)
    for trace in ("Traceback", "Werkzeug", "gunicorn", "Python/", "Flask", "SQLAlchemy"):
        assert trace not in answer.text + str(answer.headers), trace


def test_methods_that_nobody_needs_are_refused_at_every_sort_of_door(here):
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "MOVE", "LOCK", "SEARCH", "BREW",
        "GET " * 9):
        for path in ("/", "/entrar", "/mi-dia", f"/casos/{here.mine.id}", "/static/app.css", "/salud", "/nada"):
            calm(here.client.open(path, method=method), 400, 403, 404, 405)


def test_no_header_turns_a_look_into_an_act(here):
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = here.client.get("/salir", headers={header: "POST"})
        assert answer.status_code == 405
    answer = here.client.get("/salir?_method=POST")
    assert answer.status_code == 405
    assert here.client.get("/mi-dia").status_code == 200


def test_a_path_in_a_header_leads_past_no_door(app):
    for header in ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Path", "X-Forwarded-Uri", "X-Accel-Redirect"):
        answer = app.test_client().get("/salud", headers={header: "/admin/usuarios"})
        assert answer.json == {"estado": "ok"}
        answer = app.test_client().get("/admin/usuarios", headers={header: "/salud"})
        assert (answer.status_code, answer.location.startswith("/entrar")) == (302, True)


def test_a_host_in_a_header_stands_in_no_address(app, staff, sign_in):
    client = sign_in(staff(Role.ADMINISTRATOR))
    headers = {"X-Forwarded-Host": "otra.example", "X-Host": "otra.example", "X-Forwarded-Server": "otra.example",
               "Forwarded": "host=otra.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "//otra.example"}
    answer = client.fill("/admin/usuarios/nuevo", name="Zoila", email="z@ejemplo.invalid", role="auditor")
    assert "/activar/" in answer.text
    for path in ("/", "/entrar", "/mi-dia", "/nada"):
        answer = client.get(path, headers=headers)
        assert "otra.example" not in answer.text + str(answer.headers)


def test_a_host_of_no_sense_is_a_calm_page(app):
    for host in ("otra.example", "localhost.otra.example", "127.0.0.1@otra.example", "a" * 300, "[::1",
        "localhost:99999999",
                 "localhost/x", "<script>", "%00"):
        answer = app.test_client().get("/entrar", headers={"Host": host})
        calm(answer, 200, 400)
        assert host not in answer.text or host == "%00"


def test_the_server_takes_no_address_of_its_own_from_a_header():
    """Gunicorn would take SCRIPT_NAME and PATH_INFO from whoever is on this machine."""
    with open(server.__file__) as source:
        assert '"forwarder_headers": ""' in source.read()


def test_every_answer_whatever_it_is_says_what_a_browser_may_not_do(app, here):
    for path in ("/", "/entrar", "/mi-dia", "/nada", "/salud", "/pausa", "/salir-rapido", "/static/nada.css",
                 f"/casos/{here.mine.id}", f"/casos/{here.theirs.id}", "/admin/usuarios", "/salir", "/auditoria.csv"):
        for client in (app.test_client(), here.client):
            answer = client.get(path)
            assert ALWAYS.items() <= dict(answer.headers).items(), path
            kept = "public" in answer.headers["Cache-Control"]
            assert kept == (path == "/pausa"), path
            assert "Server" not in answer.headers or "Werkzeug" not in answer.headers["Server"]


def test_pages_are_never_embedded_even_by_an_old_browser(app):
    assert app.test_client().get("/entrar").headers["X-Frame-Options"] == "DENY"


def test_files_are_not_listed_and_no_file_of_the_server_is_served(app, here):
    for path in ("/static", "/static/", "/static/.", "/static/..", "/static/../house.py", "/static/%2e%2e/house.py",
                 "/static/..%2fhouse.py", "/static/%2e%2e%2f%2e%2e%2finstance/senda.key", "/static//etc/passwd",
                 "/static/..\\house.py", "/static/app.css%00.png", "/.git/config", "/.git/HEAD", "/instance/senda.key",
                 "/instance/shelter.db", "/shelter.db", "/senda.key", "/config.toml", "/.env", "/backups/", "/anchors/",
                 "/templates/home/case.html", "/migrations/", "/README.md", "/robots.txt~", "/server-status",
                 "/console"):
        for client in (app.test_client(), here.client):
            calm(client.get(path), 302, 308, 400, 404)


def test_a_debugger_and_a_console_are_nowhere(app):
    assert not app.debug
    for query in ("?__debugger__=yes&cmd=resource&f=style.css", "?__debugger__=yes&cmd=pinauth&pin=1&s=x"):
        answer = app.test_client().get(f"/entrar{query}")
        assert "debugger" not in answer.text.lower()


def test_a_million_empty_fields_are_not_even_counted_out(app):
    client, began = app.test_client(), time.monotonic()
    for body in (b"a=&" * 1_000_000, b"&" * 3_000_000):
        answer = client.post("/entrar", data=body, content_type="application/x-www-form-urlencoded")
        calm(answer, 413)
    assert time.monotonic() - began < 5


def test_a_thousand_parts_are_too_many_and_a_few_hundred_fields_are_not(app):
    client = app.test_client()
    many = "".join(part(f"a{n}") for n in range(1500)) + "--x--\r\n"
    calm(client.post("/entrar", data=many.encode(), content_type="multipart/form-data; boundary=x"), 413)
    answer = client.post("/entrar", data={"csrf_token": client.token, **{f"a{n}": "1" for n in range(500)}})
    calm(answer, 422)


def test_names_of_fields_that_are_trees_are_only_names(app):
    client = app.test_client()
    deep = "a" + "[b]" * 5000
    answer = client.post("/entrar", data={"csrf_token": client.token, deep: "1", "email[]": "x", "email.x": "y",
                                          "__proto__[a]": "1", "constructor": "1"})
    calm(answer, 422)


def test_a_body_that_lies_about_itself_is_refused_calmly(app):
    client = app.test_client()
    for kind, body in (
        ("multipart/form-data", b"--x"), ("multipart/form-data; boundary=", b"--x"),
        ("multipart/form-data; boundary=" + "x" * 500, b""),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n\r\n--x--"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"+ADw-"),
        ("application/x-www-form-urlencoded; charset=nada", b"a=1"), ("application/json", b'{"csrf_token": {}}' * 50),
        ("application/xml", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'), ("\x00",
        b"x"), ("/", b"x"),
    ):
        calm(client.post("/entrar", data=body, content_type=kind), 400)


def test_a_file_where_a_word_is_asked_for_is_no_word(app):
    client = app.test_client()
    body = part("csrf_token", client.token) + part("submit_key", "x") + part("password", "x")
    body += part("email", "root:x", filename="../../../etc/passwd") + "--x--\r\n"
    answer = client.post("/entrar", data=body.encode(), content_type="multipart/form-data; boundary=x")
    calm(answer, 422)
    assert "etc/passwd" not in answer.text


def test_a_field_sent_twice_by_two_ways_counts_once(here):
    answer = here.client.post(f"/casos/{here.mine.id}/indicaciones?text=ajeno&kind=give", data={
        "kind": "nada", "text": "x", "submit_key": "nada",
    })
    calm(answer, 422)
    assert "ajeno" not in answer.text.partition("<main")[2].partition("<form")[2].partition("data-draft")[0]


def test_a_very_long_address_is_read_or_refused_and_nothing_more(here):
    for path in ("/" + "a" * 100_000, "/casos?" + "a=1&" * 50_000, "/casos/" + "0" * 10_000,
        "/entrar?next=/" + "a" * 50_000):
        calm(here.client.get(path), 200, 302, 400, 404, 414)


def test_a_range_and_a_condition_give_no_more_than_the_page(here):
    plain = here.client.get("/mi-dia")
    for headers in ({"Range": "bytes=0-5"}, {"If-None-Match": "*"},
                    {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
                    {"Range": "bytes=" + ",".join(f"{n}-{n}" for n in range(500))}):
        answer = here.client.get("/mi-dia", headers=headers)
        assert (answer.status_code, len(answer.data)) == (200, len(plain.data))


# --- files ------------------------------------------------------------------------------------------------------------

def picture(kind, mode, **options):
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "x"
    Image.effect_noise((40, 30), 50).convert(mode).save(out, kind, exif=exif, **options)
    return out.getvalue()


def text_document():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for name in ("[Content_Types].xml", "word/document.xml", "ñ/\u202e../../x"):
            parts.writestr(name, "y" * 2000)
    return out.getvalue()


def spoiled(content, dice):
    """A few bytes changed, taken out or put in; mostly where a file says what it is."""
    found = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 4))):
        at = dice.randrange(4, dice.choice((len(found), min(len(found), 120))))
        found[at:at + dice.choice((0, 1, 1, 9))] = dice.choice((b"\x00", b"\xff", b"\x80", b"", dice.randbytes(3)))
    return bytes(found)


def test_a_file_that_is_broken_in_whatever_way_is_refused_or_read_and_never_an_error(app, outside):
    dice = random.Random(2026)
    files = {"a.jpg": picture("JPEG", "RGB"), "b.jpg": picture("JPEG", "L", progressive=True),
             "a.png": picture("PNG", "P"), "b.png": picture("PNG", "RGBA"), "a.docx": text_document()}
    with outside():
        for name, content in files.items():
            checked(name, content)
            for _ in range(400):
                with suppress(RuleBroken):
                    checked(name, spoiled(content, dice))


def test_a_text_document_of_a_zip_to_come_is_refused_in_a_sentence(outside):
    content = text_document()
    version = content.index(b"PK\x01\x02") + 6
    with outside(), pytest.raises(RuleBroken):
        checked("a.docx", content[:version] + b"\xff" + content[version + 1:])
