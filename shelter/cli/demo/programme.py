"""The invented programme: two foundations with a house each, their beds, and staff of all ten roles."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts import queries, rules
from shelter.accounts.actions import HOUSE_ROLES
from shelter.accounts.models import Assignment, Staff
from shelter.calendar import today
from shelter.codes.referrals import InstitutionKind
from shelter.db import db
from shelter.partners import actions as partners
from shelter.partners import queries as queries_of_partners
from shelter.partners.models import Bed, Foundation, House, Institution

from . import network
from .chance import DAY, Almanac, Dice
from .passwords import WORDS


@dataclass
class Place:
    """A house as the stories need it."""

    key: str
    foundation_id: uuid.UUID
    house_id: uuid.UUID
    province: str
    staff: dict[Role, uuid.UUID]
    beds: list[Bed]
    taken: dict[uuid.UUID, list[tuple[int, int]]] = field(default_factory=dict)
    """By bed: from how many days ago until how many days ago somebody slept there."""

    @property
    def usable(self) -> list[Bed]:
        """Beds in which somebody can sleep."""
        return [bed for bed in self.beds if bed.is_usable]


HOUSES = (
    ("norte", "Fundación Retama del Norte", "Casa Retama", "1701", "Pasaje de las Retamas, Quito (inventado)",
     {"Colibrí": 4, "Capulí": 4, "Arupo": 3, "Quinde": 3}),
    ("sur", "Fundación Manglar del Sur", "Casa Manglar", "0701", "Calle de los Ceibos, Machala (inventada)",
     {"Ceibo": 4, "Garza": 3, "Mangle": 3}),
)
NAMES = {
    "norte": {
        Role.HOUSE_STAFF: "Gladys Toapanta", Role.CASEWORKER: "Elena Cisneros", Role.PSYCHOLOGIST: "Sofía Andrade",
        Role.LAWYER: "Martín Yépez", Role.MEDICAL: "Pilar Montalvo", Role.SHELTER_COORDINATOR: "Beatriz Larrea",
    },
    "sur": {
        Role.HOUSE_STAFF: "Rubén Apolo", Role.CASEWORKER: "Johanna Feijóo", Role.PSYCHOLOGIST: "Tomás Aguilar",
        Role.LAWYER: "Carla Ramón", Role.MEDICAL: "Hugo Espinoza", Role.SHELTER_COORDINATOR: "Mirella Valarezo",
    },
    "": {
        Role.PROGRAMME_COORDINATOR: "Inés Carrión", Role.ADMINISTRATOR: "Pablo Játiva", Role.OBSERVER: "Rocío Bermeo",
        Role.AUDITOR: "Gustavo Peñafiel",
    },
}


def email(role: Role, key: str = "") -> str:
    """The address of a demonstration account."""
    return f"{role.value.replace('_', '-')}@{key}{'.' if key else ''}demo.invalid"


def accounts() -> list[tuple[Role, str]]:
    """Every demonstration account: role and e-mail."""
    return [
        (role, email(role, key))
        for role in Role for key in (("norte", "sur") if role in HOUSE_ROLES else ("",))
    ]


def new_password() -> str:
    """Four words that one can read aloud."""
    return "-".join(secrets.choice(WORDS) for _word in range(4))


def make(dice: Dice, almanac: Almanac, password: str) -> list[Place]:
    """Foundations, houses, beds, institutions and staff, in the transaction at hand."""
    hashed, started_at = rules.hash_password(password), almanac.at(almanac.days)
    _institutions(dice, almanac)
    places = [_house(dice, almanac, *each) for each in HOUSES]
    for number, (role, address) in enumerate(accounts()):
        key = next((each.key for each in places if f"@{each.key}." in address), "")
        place = next((each for each in places if each.key == key), None)
        member = Staff(
            id=dice.id(), email_lookup=queries.email_lookup(address), email=address, name=NAMES[key][role],
            password_hash=hashed, made_at=started_at + timedelta(seconds=number), promised_at=started_at,
            opened_at=started_at,
        )
        db.session.add(member)
        db.session.add(Assignment(
            id=dice.id(), staff_id=member.id, role=role, foundation_id=place.foundation_id if place else None,
            house_id=place.house_id if place else None, from_on=almanac.day(almanac.days),
        ))
        if place:
            place.staff[role] = member.id
    db.session.flush()
    return places


def _house(
    dice: Dice, almanac: Almanac, key: str, foundation: str, name: str, canton: str, address: str,
    rooms: dict[str, int],
) -> Place:
    started = almanac.day(almanac.days) - DAY * 30
    partner = Foundation(
        id=dice.id(), name=foundation, started_on=started, agreed_from_on=started,
        agreed_to_on=almanac.today + DAY * (45 if key == "norte" else 400),
    )
    house = House(
        id=dice.id(), foundation_id=partner.id, name=name, province=canton[:2], canton=canton, address=address,
        capacity=sum(rooms.values()),
    )
    db.session.add_all([partner, house])
    db.session.flush()
    beds = [
        Bed(id=dice.id(), foundation_id=partner.id, house_id=house.id, room=room, name=str(number + 1))
        for room, count in rooms.items() for number in range(count)
    ]
    beds[-1].is_usable = key != "norte"
    db.session.add_all(beds)
    db.session.flush()
    network.outages(dice, almanac, beds)
    return Place(key, partner.id, house.id, canton[:2], {}, beds)


def _institutions(dice: Dice, almanac: Almanac) -> None:
    if db.session.scalar(sa.select(Institution.id).limit(1)):
        return
    made = {each.id: each for each in partners.seed_institutions()}
    renamed = {before: dice.id() for before in made}
    for before, each in made.items():
        after = each.followed_by_id
        each.id, each.followed_by_id = renamed[before], renamed[after] if after else None
    db.session.flush()
    network.holders(dice, almanac, list(made.values()))
    network.bridge(dice, almanac)


def institutions() -> list[tuple[uuid.UUID, InstitutionKind, str]]:
    """The institutions of the route today: id, kind, name; by name, so that the order does not depend on ids."""
    found = [(each.id, each.kind, each.name["es"]) for each in queries_of_partners.institutions(today())]
    return sorted(found, key=lambda each: each[2])


def staff() -> list[Staff]:
    """The demonstration's accounts that are here."""
    return [found for _role, address in accounts() if (found := queries.by_email(address))]


def administrator() -> uuid.UUID:
    """Who administers the demonstration."""
    return next(each.id for each in staff() if each.assignments[0].role is Role.ADMINISTRATOR)


def coordinator() -> uuid.UUID:
    """Who coordinates the programme of the demonstration."""
    return next(each.id for each in staff() if each.assignments[0].role is Role.PROGRAMME_COORDINATOR)


def is_password(password: str) -> bool:
    """Whether every one of them has that password; those with one digest have one password."""
    return all(rules.is_password(password, hashed) for hashed in {each.password_hash for each in staff()})


def set_password(password: str) -> None:
    """Give them another password."""
    hashed = rules.hash_password(password)
    for each in staff():
        each.password_hash = hashed


def table() -> list[tuple[str, ...]]:
    """Role and addresses, a line each."""
    return [(role.value, *(address for each, address in accounts() if each is role)) for role in Role]
