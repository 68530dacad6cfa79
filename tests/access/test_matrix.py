"""The matrix, copied by hand: whoever changes it must change it here too, and say why."""

import pytest

from shelter.access import MATRIX, Permission, Reach, Role

LETTERS = {
    "E": Reach.EVERYWHERE, "F": Reach.FOUNDATION, "H": Reach.HOUSE, "C": Reach.CARE, "T": Reach.TEAM, ".": None,
}
ORDER = (
    "house_staff", "caseworker", "psychologist", "lawyer", "medical", "shelter_coordinator", "programme_coordinator",
    "administrator", "observer", "auditor",
)
BY_HAND = """
                     shift case psy law med coord prog admin obs aud
case.list            . C T T T H E . . .
case.read            . C T T T H E . . .
person.read          . C T T T H . . . .
person.search        . C T T T H . . . .
referral.read        . H . . . H . . . .
referral.write       . H . . . H . . . .
door.record          H H H H H H . . . .
door.read            . H . . . H . . . .
door.decide          . . . . . H . . . .
interview.write      . C T T T H . . . .
outgoing.read        . C T T T H E . . .
outgoing.write       . C T T T H . . . .
outgoing.review      . . . . . H E . . .
intake.write         . C . . . H . . . .
consent.read         . C T T T H . . . .
consent.write        . C T T T H . . . .
team.write           . C . . . H . . . .
bed.read             . H . . . H . . . .
bed.assign           . H . . . H . . . .
tonight.read         H H . . . H . . . .
instruction.write    . C . . T H . . . .
service.read         . C T T T H E . . .
headline.read        . C T T T . . . . .
psychology.read      . . T . . . . . . .
psychology.write     . . T . . . . . . .
legal.read           . . . T . . . . . .
legal.write          . . . T . . . . . .
medical.read         . . . . T . . . . .
medical.write        . . . . T . . . . .
social.read          . C . . . . . . . .
social.write         . C . . . . . . . .
service.log          . C T T T . . . . .
document.read        . C T T T H . . . .
document.write       . C T T T . . . . .
exit.write           . C . . . H . . . .
contact.read         . C . . . H . . . .
contact.write        . C . . . H . . . .
followup.read        . C T T T H E . . .
followup.write       . C . . . H . . . .
route.read           . C T T T H E . . .
route.write          . C T T T H . . . .
indicator.read       . . . . . F E E . .
indicator.exact      . . . . . F E . . .
report.read          . . . . . F E . . .
report.publish       . . . . . . E . . .
release.read         . . . . . E E . E .
register.read        . . . . . F E . . .
register.write       . . . . . F E . . .
register.undo        . . . . . . E E . .
partner.read         . E E E E E E E . .
focal.write          . . . . . E E E . .
protocol.read        E E E E E E E E E E
protocol.comment     . E E E E E E . . .
protocol.write       . . . . . . E . . .
protocol.publish     . . . . . E E . . .
procedure.read       F F F F F F E E . .
procedure.write      . . . . . F E . . .
staff.manage         . . . . . . . E . .
approval.read        . . . . . H E E . .
account.approve      . . . . . H . E . .
audit.read           . . . . . . . . . E
"""
CONTENT = {
    Permission.PERSON_READ, Permission.PERSON_SEARCH, Permission.HEADLINE_READ, Permission.PSYCHOLOGY_READ,
    Permission.LEGAL_READ, Permission.MEDICAL_READ, Permission.SOCIAL_READ, Permission.CONTACT_READ,
    Permission.TONIGHT_READ, Permission.DOOR_READ,
}
NOTES = {Permission.PSYCHOLOGY_READ, Permission.LEGAL_READ, Permission.MEDICAL_READ, Permission.SOCIAL_READ}


def by_hand():
    found = {role: {} for role in ORDER}
    for line in BY_HAND.strip().splitlines()[1:]:
        permission, *letters = line.split()
        assert len(letters) == len(ORDER), line
        for role, letter in zip(ORDER, letters, strict=True):
            if LETTERS[letter]:
                found[role][permission] = LETTERS[letter]
    return found


def holders(permission):
    return {role for role in Role if permission in MATRIX[role]}


def test_the_matrix_is_exactly_the_copy_by_hand():
    assert {str(role): {str(each): reach for each, reach in row.items()} for role, row in MATRIX.items()} == by_hand()


def test_every_role_stands_in_the_matrix_in_the_words_of_the_contract():
    assert tuple(role.value for role in Role) == ORDER
    assert set(MATRIX) == set(Role)


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_is_held_by_somebody(permission):
    assert holders(permission)


def test_who_reads_for_the_programme_sees_no_names_and_no_notes():
    for role in (Role.PROGRAMME_COORDINATOR, Role.ADMINISTRATOR, Role.OBSERVER, Role.AUDITOR):
        assert not CONTENT & MATRIX[role].keys(), role


def test_an_administrator_an_observer_and_an_auditor_open_no_case():
    for role in (Role.ADMINISTRATOR, Role.OBSERVER, Role.AUDITOR):
        assert Permission.CASE_READ not in MATRIX[role]
        assert Permission.CASE_LIST not in MATRIX[role]


def test_each_disciplines_notes_are_read_by_that_discipline_alone():
    assert {permission: holders(permission) for permission in NOTES} == {
        Permission.PSYCHOLOGY_READ: {Role.PSYCHOLOGIST}, Permission.LEGAL_READ: {Role.LAWYER},
        Permission.MEDICAL_READ: {Role.MEDICAL}, Permission.SOCIAL_READ: {Role.CASEWORKER},
    }


def test_nobody_writes_what_the_same_role_may_not_read():
    for role, row in MATRIX.items():
        for permission in row:
            resource, _, verb = permission.partition(".")
            if verb == "write" and f"{resource}.read" in set(Permission):
                assert row.get(Permission(f"{resource}.read")) is not None, (role, permission)


def test_of_those_who_live_there_the_night_shift_sees_tonights_list_and_records_who_asked_and_nothing_else():
    """What was recorded at the door they read no more: `door.read` is of those who care for her."""
    of_nobody = {Permission.PROTOCOL_READ: Reach.EVERYWHERE, Permission.PROCEDURE_READ: Reach.FOUNDATION}
    here = {Permission.TONIGHT_READ: Reach.HOUSE, Permission.DOOR_RECORD: Reach.HOUSE}
    assert MATRIX[Role.HOUSE_STAFF] == {**here, **of_nobody}


def test_what_names_a_person_never_reaches_beyond_a_house_or_a_team():
    for role, row in MATRIX.items():
        for permission in CONTENT & row.keys():
            assert row[permission] in {Reach.HOUSE, Reach.CARE, Reach.TEAM}, (role, permission)
