"""The card for the door: one sheet, for screen readers too, with nothing on it that tells where the house is."""

import re
import subprocess

import pytest

from shelter.access import Role
from tests.client import Page


@pytest.fixture
def card(programme):
    return f"/puerta/tarjeta/{programme.house.id}"


def text_of(content, tmp_path):
    file = tmp_path / "card.pdf"
    file.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, text=True)
    return " ".join(done.stdout.split()), done.stdout.count("\f")


def test_it_says_word_by_word_what_to_say(card, staff, sign_in):
    text = Page(sign_in(staff(Role.HOUSE_STAFF)).get(card).text).text
    assert "No confirmamos ni negamos" in text
    assert "No puedo confirmar ni negar quién está aquí" in text
    assert "Un oficio no es una orden judicial" in text
    assert "Todavía nadie escribió a quién llamar" in text
    assert "Impresa por" not in text


def test_on_paper_it_is_one_tagged_sheet_without_house_or_address(card, programme, staff, sign_in, tmp_path):
    coordinator = sign_in(staff(Role.SHELTER_COORDINATOR, name="Beatriz Larrea"))
    lines = "\n".join(f"Persona de turno {letter} · 099 000 11{number}0" for number, letter in enumerate("ABCDEF", 1))
    assert coordinator.fill(f"{card}/cambiar", calls=lines).status_code == 303
    answer = sign_in(staff(Role.HOUSE_STAFF, name="Gladys Toapanta")).get(f"{card}.pdf")
    assert answer.mimetype == "application/pdf"
    assert b"pdfuaid:part>1<" in answer.data
    text, sheets = text_of(answer.data, tmp_path)
    said = subprocess.run(["pdfinfo", str(tmp_path / "card.pdf")], capture_output=True, check=True, text=True).stdout
    assert re.search(r"Tagged:\s+yes", said)
    assert sheets == 1, "it hangs beside the door"
    for line in ("No confirmamos ni negamos", "099 000 1110", "099 000 1160", "En peligro: 911", "Qué anotar", "Nunca",
                 "Impresa el"):
        assert line in text
    for never in ("Calle Inventada", programme.house.name, "Quito", "Gladys", "Toapanta"):
        assert never not in text


def test_a_seventh_line_does_not_fit_on_the_sheet(card, staff, sign_in):
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    answer = client.fill(f"{card}/cambiar", calls="\n".join(f"Persona {letter} · 099 000 1111" for letter in "ABCDEFG"))
    assert answer.status_code == 422
    assert "La tarjeta es una sola hoja" in Page(answer.text).text
    six = "\n\n".join(f"Persona {letter} · 099 000 1111" for letter in "ABCDEF")
    assert client.fill(f"{card}/cambiar", calls=six).location


def test_until_somebody_wrote_whom_to_call_the_names_stand_there_with_a_line(card, staff, sign_in, tmp_path):
    staff(Role.SHELTER_COORDINATOR, name="Beatriz Larrea")
    text, _sheets = text_of(sign_in(staff(Role.HOUSE_STAFF)).get(f"{card}.pdf").data, tmp_path)
    assert "Beatriz Larrea · ____" in text


def test_two_who_change_it_at_once_lose_nothing(card, staff, sign_in):
    first, second = sign_in(staff(Role.SHELTER_COORDINATOR)), sign_in(staff(Role.SHELTER_COORDINATOR))
    assert first.fill(f"{card}/cambiar", calls="Uno · 099 000 0001").status_code == 303
    page = Page(second.get(f"{card}/cambiar").text)
    hidden = {name: page.hidden(name) for name in ("csrf_token", "submit_key", "version", "seen")}
    assert first.fill(f"{card}/cambiar", calls="Dos · 099 000 0002").status_code == 303
    stale = second.post(f"{card}/cambiar", data={**hidden, "calls": "Tres · 099 000 0003"})
    assert stale.status_code == 409
    assert "Dos · 099 000 0002" in stale.text
    assert "Tres · 099 000 0003" in stale.text


def test_the_card_of_another_house_is_as_if_it_were_not_there(programme, staff, sign_in):
    client = sign_in(staff(Role.HOUSE_STAFF))
    assert client.get(f"/puerta/tarjeta/{programme.other_house.id}").status_code == 404
    assert client.get(f"/puerta/tarjeta/{programme.other_house.id}.pdf").status_code == 404
    assert client.get("/puerta/tarjeta/00000000-0000-0000-0000-000000000000").status_code == 404


@pytest.mark.parametrize("line", [
    "Casa Norte, Calle Inventada 1 099 123 4567", "CASA NORTE · 099 123 4567", "calle inventada · 099 123 4567",
    "Calle Otra 12 · 099 123 4567", "Calle Otra 12 099 123 4567", "Beatriz", "Beatriz · 12",
    "099 123 4567 junto al río", "Beatriz · 099 123 4567 y 02 222 3333",
])
def test_what_tells_where_the_house_is_or_is_no_number_stands_on_no_card(card, programme, staff, sign_in, line):
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    answer = client.fill(f"{card}/cambiar", calls=f"Beatriz · 099 123 4567\n{line}")
    assert answer.status_code == 422
    assert "#calls" in {each.get("href") for each in Page(answer.text).all("a")}
    assert "Beatriz" not in Page(client.get(card).text).text


@pytest.mark.parametrize("line", [
    "Beatriz · 099 123 4567", "099 123 4567", "Coordinación: +593 99 123 4567", "Oficina (02) 222-3333 ext. 12",
    "Dra. Núñez, de turno - 0991234567",
])
def test_a_name_and_a_number_stand_on_the_card(card, staff, sign_in, line):
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    assert client.fill(f"{card}/cambiar", calls=line).status_code == 303
    assert line in Page(client.get(card).text).text
