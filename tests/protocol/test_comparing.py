"""Comparing two versions: of what has another number only what was moved is told, and phases too."""

from itertools import pairwise

import pytest

from shelter.audit import operator, work
from shelter.protocol import actions, queries, rules
from shelter.protocol.rules import Told
from tests.client import Page


def told(**phases):
    """told(a="bc", d="e") -> the steps b and c of the first phase, and e of the second."""
    return {
        key: Told(f"{number}.{place}", key, {}, phase)
        for number, (phase, keys) in enumerate(phases.items(), 1) for place, key in enumerate(keys, 1)
    }


@pytest.mark.parametrize(("before", "after", "found"), [
    ({"a": "xyz"}, {"a": "yxz"}, [("x", "1.1", "1.2")]),
    ({"a": "vwxyz"}, {"a": "zvwxy"}, [("z", "1.5", "1.1")]),
    ({"a": "vwxyz"}, {"a": "wxyzv"}, [("v", "1.1", "1.5")]),
    ({"a": "vwxyz"}, {"a": "vwyzx"}, [("x", "1.3", "1.5")]),
    ({"a": "xy", "b": "z"}, {"a": "x", "b": "yz"}, [("y", "1.2", "2.1")]),  # in one order, but in another phase
    ({"a": "xy", "b": "z"}, {"b": "z", "a": "xy"}, []),  # with its phase
    ({"a": "xyz"}, {"a": "yz"}, []),
    ({"a": "yz"}, {"a": "xyz"}, []),
    ({"a": "wxyz"}, {"a": "yzx"}, [("x", "1.2", "1.3")]),
    ({"a": "uvxyz"}, {"a": "yzx"}, [("x", "1.3", "1.3")]),
])
def test_only_what_stands_elsewhere_among_the_others_was_moved(before, after, found):
    changes = rules.changes(told(**before), told(**after))
    assert [(each.key, each.was, each.number) for each in changes if each.kind == "moved"] == found


def test_what_was_moved_and_changed_is_told_once():
    before, after = told(a="xy"), told(a="yx")
    after["x"] = after["x"]._replace(fields={"Plazo": "2 horas"})
    assert [(each.kind, each.key, each.was) for each in rules.changes(before, after)] == [("changed", "x", "1.1")]


@pytest.fixture
def compared(publish, begin, writer, sign_in, outside):
    """compared(do) -> the page that compares a version with the draft after it, with which something was done."""
    def page(do):
        one, two = publish(), begin()
        with outside(), work("test.change", by=operator):
            do(two)
        return Page(sign_in(writer).get(f"/protocolo/versiones/{two.id}/comparar/{one.id}").text).text
    return page


def test_a_step_that_was_only_moved_is_told_with_both_numbers(compared, writer):
    swapped = []

    def pull_up(version):
        steps = queries.as_book(version).steps
        swapped.extend(next((one, two) for one, two in pairwise(steps)
                            if one.is_beside and two.is_beside and one.phase == two.phase))
        actions.move_step(version, queries.step(version, swapped[1].key), writer.id, up=True)

    text = compared(pull_up)
    assert text.count("Cambió de lugar") == 1
    assert f"Antes {swapped[0].number}; ahora {swapped[1].number}" in text
    assert "Cambiado" not in text
    assert "dicen lo mismo" not in text


def test_a_phase_that_was_moved_or_named_otherwise_is_told_and_its_steps_are_not(compared, writer):
    def change(version):
        third, last = queries.phases_of(version)[2], queries.phases_of(version)[-1]
        actions.move_phase(version, third, writer.id, up=True)
        actions.change_phase(version, last, writer.id, expected=last.version, name={"es": "Despedida"})

    text = compared(change)
    assert text.count("Cambió de lugar") == 1
    assert "Antes 2; ahora 3" in text
    assert text.count("Cambiado") == 1
    assert "Fase 10: Despedida Cambiado" in text
