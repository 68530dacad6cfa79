"""Recovery codes and passwords: how they are made, read and refused."""

import pytest

from shelter.factors import rules
from shelter.factors.passwords import check_new_password, is_easy
from shelter.rules import RuleBroken


def test_a_code_has_eighty_bits_and_no_letters_that_are_mistaken():
    codes = {rules.new_code() for _code in range(200)}
    assert len(codes) == 200
    assert len(rules.LETTERS) ** rules.LENGTH == 2**80
    assert not set("".join(codes)) & set("ilou")
    assert all(len(each) == 19 and each.count("-") == 3 for each in codes)


@pytest.mark.parametrize("typed", [
    "7kq2-0m1x-abcd-efgh", "7KQ2 0M1X ABCD EFGH", "7kq20m1xabcdefgh", " 7kq2-OmIx-abcd-efgh ", "7kq2-om1x-abcd-efgh",
])
def test_a_code_is_read_however_it_was_copied(typed):
    assert rules.read_code(typed) == "7kq20m1xabcdefgh"


@pytest.mark.parametrize("typed", [
    "", "123456", "7kq2-0m1x-abcd-efg", "7kq2-0m1x-abcd-efgh-j", "7kq2-0m1x-abcd-efgu", "ñ",
])
def test_anything_else_is_no_code(typed):
    assert rules.read_code(typed) is None


@pytest.mark.parametrize("password", [
    "Contraseña123", "password1234", "P@ssw0rd2024!", "qwertyuiop12", "zxcvbnmasdfg", "123456789012", "abcdefghijkl",
    "aaaaaaaaaaaaaaaa", "abcabcabcabc", "sendasendasenda", "Ecuador2026!!", "!!guayaquil!!", "Bienvenida2026",
    "987654321098", "1q2w3e4r5t6y", "teamomucho123", "administrador",
])
def test_what_everybody_tries_first_is_refused(password):
    with pytest.raises(RuleBroken) as refused:
        check_new_password(password)
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", [
    "una frase larga y tranquila", "cielo-luna-nube-roca", "mi perro come a las 4", "xK9#mP2$vL5@",
    "la casa de mi abuela", "contraseña de mi gata Luna", "ñandú ñandú ¿qué?", "quito guayaquil cuenca",
])
def test_a_sentence_is_a_good_password(password):
    check_new_password(password, "ana@ejemplo.invalid")


@pytest.mark.parametrize("password", ["Ana.Torres@example.org", "ana.torres@EXAMPLE.org", "ana.torres2026!!"])
def test_the_address_itself_is_none(password):
    assert is_easy(password, "ana.torres@example.org")


def test_accents_capitals_and_disguises_do_not_help():
    assert all(is_easy(each) for each in ("CONTRASEÑA!!!!", "c0ntr@s3n@2025", "Cóntraseña 2025"))
