"""Migrations: one line of them, the schema the models ask for, up and down and up again, and nothing half done."""

import shutil
import uuid
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from shelter.access import Role
from shelter.audit import operator, verify, work
from shelter.calendar import now, today
from shelter.cases.actions import hold
from shelter.cases.models import Case, CaseCard, Person, TeamMember, TimelineEntry
from shelter.cases.records import Consent, Stay
from shelter.codes.cases import Answer, Channel, ConsentAnswer, ConsentPurpose, Milestone
from shelter.codes.leaving import Outcome
from shelter.codes.services import Discipline
from shelter.config import folder
from shelter.db import Model, db, migrate
from shelter.db.base import configure, is_sqlite
from shelter.followup.models import FollowUp
from shelter.intake.actions import check_safety
from shelter.partners.models import Bed, Institution
from tests.pg import fresh_database

TRIGGERS = {
    "sqlite": {"audit_entry_no_update", "audit_entry_no_delete", "audit_entry_in_chain"},
    "postgresql": {"audit_entry_no_change", "audit_entry_no_truncate", "audit_entry_in_chain"},
}


@pytest.fixture
def empty(server, tmp_path):
    """An engine on a database with nothing in it."""
    with _somewhere(server, tmp_path / "empty.db") as engine:
        yield engine


@contextmanager
def _somewhere(server, file):
    @contextmanager
    def place():
        if server:
            with fresh_database(server) as url:
                yield url
        else:
            yield f"sqlite:///{file}"

    with place() as url:
        engine = sa.create_engine(url)
        configure(engine)
        yield engine
        engine.dispose()


# --- what a database looks like, in words that can be compared --------------------------------------------------------

def described(engine):
    """Tables, columns, keys, checks and indexes by name."""
    seen = sa.inspect(engine)
    return {
        name: {
            "columns": {each["name"]: (str(each["type"]), each["nullable"]) for each in seen.get_columns(name)},
            "primary": seen.get_pk_constraint(name)["constrained_columns"],
            "foreign": {_foreign(each) for each in seen.get_foreign_keys(name)},
            "unique": {(each["name"], tuple(each["column_names"])) for each in seen.get_unique_constraints(name)},
            "checks": {(each["name"], each["sqltext"].strip("()")) for each in seen.get_check_constraints(name)},
            "indexes": {_index(each) for each in seen.get_indexes(name)},
        }
        for name in seen.get_table_names() if name != "alembic_version"
    }


def _foreign(key):
    return tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"]), str(key["options"])


def _index(index):
    where = {name: str(value).strip("()") for name, value in index.get("dialect_options",
                                                                       {}).items() if "where" in name}
    return index["name"], tuple(index["column_names"]), bool(index["unique"]), str(where)


def triggers(engine):
    query = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname, pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
    }[engine.dialect.name]
    with engine.connect() as connection:
        return dict(connection.exec_driver_sql(query).all())


# --- one line, one schema ---------------------------------------------------------------------------------------------

def test_there_is_one_head_and_one_beginning():
    scripts = ScriptDirectory.from_config(migrate.alembic_config())
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert migrate.newest() == scripts.get_heads()[0]


def test_the_schema_is_what_the_models_ask_for(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Model.metadata) == []


def test_the_schema_is_the_one_the_models_would_make_by_themselves(app, empty):
    """Also what Alembic does not compare: checks, conditions of indexes, actions of foreign keys, order of columns."""
    Model.metadata.create_all(empty)
    assert described(db.engine) == described(empty)


def test_the_guards_of_the_audit_trail_stand(app):
    found = triggers(db.engine)
    assert found.keys() == TRIGGERS[db.engine.dialect.name]
    assert all("audit_entry" in text for text in found.values())


def test_up_and_down_and_up_again(empty):
    migrate.upgrade(empty)
    first = described(empty), triggers(empty)
    assert migrate.current(empty) == migrate.newest()
    migrate.downgrade(empty, "base")
    assert described(empty) == {}
    assert triggers(empty) == {}
    assert migrate.current(empty) is None
    migrate.upgrade(empty)
    assert (described(empty), triggers(empty)) == first


def test_each_revision_goes_up_and_down_by_itself(empty):
    scripts = ScriptDirectory.from_config(migrate.alembic_config())
    for revision in reversed(list(scripts.walk_revisions())):
        migrate.upgrade(empty, revision.revision)
        migrate.downgrade(empty, revision.down_revision or "base")
        migrate.upgrade(empty, revision.revision)


def test_upgrading_what_is_up_to_date_changes_nothing(app):
    before = described(db.engine), triggers(db.engine)
    migrate.upgrade(db.engine)
    assert (described(db.engine), triggers(db.engine)) == before


# --- migrations to come: whole or not at all, with data in the tables -------------------------------------------------

@pytest.fixture
def next_one(app, programme, tmp_path, monkeypatch):
    """next_one(statements) -> upgrades this database with one more revision that does them."""
    def upgrade(body):
        copy = tmp_path / "migrations"
        shutil.copytree(folder("migrations"), copy)
        (copy / "versions" / "9999_next.py").write_text(
            f'"""The next one."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = "9999"\n'
            f"down_revision = {migrate.newest()!r}\n\n\ndef upgrade():\n{body}\n\n\ndef downgrade():\n    pass\n"
        )
        monkeypatch.setattr(migrate, "folder", lambda _name: copy)
        db.session.rollback()
        migrate.upgrade(db.engine)

    return upgrade


BATCH = """
    with op.batch_alter_table("house") as batch:
        batch.add_column(sa.Column("motto", sa.String(40), nullable=True))
        batch.alter_column("name", type_=sa.String(81))
"""


def test_a_table_that_others_refer_to_is_changed_with_its_rows_and_the_guards_stay(next_one, programme):
    before = triggers(db.engine)
    beds = db.session.scalar(sa.select(sa.func.count()).select_from(Bed))
    next_one(BATCH)
    with db.engine.connect() as connection:
        assert len(connection.exec_driver_sql("SELECT motto FROM house").all()) == 3
        assert connection.exec_driver_sql("SELECT count(*) FROM bed").scalar() == beds
        if is_sqlite():
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    assert triggers(db.engine) == before
    assert verify().is_sound


FAILING = """
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("UPDATE house SET name = 'half done'")
    raise ZeroDivisionError
"""


def test_a_migration_that_fails_leaves_nothing(next_one, programme):
    before = described(db.engine), migrate.current(db.engine)
    with pytest.raises(ZeroDivisionError):
        next_one(FAILING)
    assert described(db.engine) == before[0]
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == before[1]
        assert connection.exec_driver_sql("SELECT count(*) FROM house WHERE name = 'half done'").scalar() == 0
        if is_sqlite():
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_that_leaves_orphans_is_refused(next_one, programme):
    with pytest.raises((RuntimeError, sa.exc.IntegrityError)):
        next_one('    op.execute("DELETE FROM foundation")')
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM foundation").scalar() == 2


# --- tenancy: a row of one foundation never hangs on another's --------------------------------------------------------

def test_whatever_hangs_on_a_case_or_a_house_is_tied_to_its_foundation():
    loose = []
    for table in Model.metadata.tables.values():
        for target in ("case", "house"):
            column = table.c.get(f"{target}_id")
            if column is None or table.name == target:
                continue
            tied = any(
                {each.parent.name for each in key.elements} == {"foundation_id", column.name}
                and key.referred_table.name == target for key in table.foreign_key_constraints
            )
            if not tied:
                loose.append(f"{table.name}.{column.name}")
    assert loose == []


def test_whatever_hangs_on_a_case_names_its_foundation():
    for table in Model.metadata.tables.values():
        if "case_id" in table.c and not table.c["case_id"].nullable:
            assert not table.c["foundation_id"].nullable, table.name


def foreign(programme, case):
    """Rows of the southern foundation that hang on something of the northern one."""
    south, north_house, bed = programme.foundations[1].id, programme.house, programme.house.beds[0]
    by = uuid.uuid4()
    return {
        "a case in a house": lambda: Case(foundation_id=south, house_id=north_house.id, person_id=case.person_id,
                                          code="XXX-XXX"),
        "a case of a person": lambda: Case(
            foundation_id=south, house_id=programme.far_house.id, person_id=case.person_id, code="XXX-XXX",
        ),
        "a bed in a house": lambda: Bed(foundation_id=south, house_id=north_house.id, room="Z", name="1"),
        "a member of a team": lambda: TeamMember(
            foundation_id=south, case_id=case.id, staff_id=case.team[0].staff_id, discipline=Discipline.LEGAL,
            opened_at=case.opened_at,
        ),
        "a card": lambda: CaseCard(foundation_id=south, case_id=case.id),
        "a consent": lambda: Consent(
            foundation_id=south, case_id=case.id, by_id=by, purpose=ConsentPurpose.FIGURES, answer=ConsentAnswer.GIVEN,
        ),
        "a stay of a case": lambda: Stay(
            foundation_id=south, case_id=case.id, house_id=north_house.id, bed_id=bed.id, arrived_at=now(),
        ),
        "a stay in a bed": lambda: Stay(
            foundation_id=case.foundation_id, case_id=case.id, house_id=programme.far_house.id,
            bed_id=programme.far_house.beds[0].id, arrived_at=now(),
        ),
        "a stay in a bed of another house": lambda: Stay(
            foundation_id=case.foundation_id, case_id=case.id, house_id=programme.other_house.id, bed_id=bed.id,
            arrived_at=now(),
        ),
    }


@pytest.mark.parametrize("what", [
    "a case in a house", "a case of a person", "a bed in a house", "a member of a team", "a card", "a consent",
    "a stay of a case", "a stay in a bed", "a stay in a bed of another house",
])
def test_the_database_refuses(programme, case, what):
    made = foreign(programme, case())[what]()
    if isinstance(made, CaseCard):
        with db.engine.begin() as connection:
            connection.execute(sa.delete(CaseCard).where(CaseCard.case_id == made.case_id))
    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)foreign key"), work("test.foreign", by=operator):
        db.session.add(made)


@pytest.mark.parametrize("model", [Person, Case])
def test_a_record_cannot_move_to_another_foundation(programme, case, model):
    made = case()
    row = made if model is Case else made.person
    with pytest.raises(sa.exc.IntegrityError), work("test.move", by=operator):
        db.session.execute(sa.update(model).where(model.id == row.id).values(foundation_id=programme.foundations[1].id))


def test_the_same_rows_in_their_own_foundation_are_welcome(programme, case):
    """So that what is refused above is refused for its foundation and nothing else."""
    made = case()
    bed = programme.house.beds[0]
    with work("test.own", by=operator):
        db.session.add_all([
            Bed(foundation_id=made.foundation_id, house_id=made.house_id, room="Z", name="1"),
            Consent(foundation_id=made.foundation_id, case_id=made.id, by_id=uuid.uuid4(), ends_on=today(),
                    purpose=ConsentPurpose.FIGURES, answer=ConsentAnswer.GIVEN),
            Stay(foundation_id=made.foundation_id, case_id=made.id, house_id=made.house_id, bed_id=bed.id,
                 arrived_at=now()),
        ])


def _followers():
    return set(db.session.scalars(sa.select(Institution.followed_by_id).where(Institution.followed_by_id.is_not(None))))


def test_contacts_of_before_are_told_on_the_timeline_with_their_month(app, case, staff):
    known = case(team=[staff(Role.CASEWORKER)])
    with work("test.contact", by=operator):
        for month, is_fulfilled in ((1, True), (3, False), (6, True)):
            db.session.add(FollowUp(foundation_id=known.foundation_id, case_id=known.id, month=month, occurred_at=now(),
                                    by_id=known.card.lead_id, channel=Channel.CALL, outcome=Outcome.STABLE,
                                    is_fulfilled=is_fulfilled))
    db.session.remove()
    migrate.downgrade(db.engine, "0025")
    migrate.upgrade(db.engine)
    told = db.session.scalars(sa.select(TimelineEntry).where(TimelineEntry.milestone == Milestone.KEPT_IN_TOUCH)).all()
    assert {(each.case_id, each.detail) for each in told} == {(known.id, "1"), (known.id, "6")}
    contacts = {each.id: each.occurred_at for each in db.session.scalars(sa.select(FollowUp))}
    assert all(each.occurred_at == contacts[each.about_id] for each in told)
    db.session.remove()
    migrate.downgrade(db.engine, "0025")
    with db.engine.connect() as connection:
        left = connection.scalar(sa.text("SELECT count(*) FROM timeline_entry WHERE milestone = 'kept_in_touch'"))
    assert left == 0
    migrate.upgrade(db.engine)


def test_what_was_written_before_is_brought_along(app, case, staff):
    """From the first version to today's, with somebody in the house: her team's order, what was said of her safety."""
    lawyer = staff(Role.LAWYER)
    known = case(team=[lawyer])
    with work("test.safety", by=operator):
        check_safety(hold(known), by=lawyer.id, version=0, is_safe=Answer.NO, needs_doctor=Answer.YES, language=None)
    followers = _followers()
    db.session.remove()
    migrate.downgrade(db.engine, "0001")
    migrate.upgrade(db.engine)
    assert _followers() == followers, "whoever follows another still does (the first version knew one before each)"
    again = db.session.get_one(Case, known.id)
    assert {member.opened_at for member in again.team} == {again.opened_at}
    assert (again.card.is_safe, again.card.needs_doctor) == (Answer.NO, Answer.YES)
    assert verify().is_sound
