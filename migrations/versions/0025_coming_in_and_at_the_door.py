"""Referrals in full, those who wait outside, requests at the door and its card, interviews that are counted."""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

LATER = {'initially': 'DEFERRED', 'deferrable': True}
SEALED = ('safety_sealed', 'ages_sealed', 'number_sealed', 'conditions_sealed')
WORDS = ('means', 'contact_channel', 'decline_reason')
POINTS = {'post_id': 'post', 'sent_on_from_id': 'referral', 'to_institution_id': 'institution', 'to_house_id': 'house'}


def _only(condition: str) -> dict[str, sa.TextClause]:
    return {'sqlite_where': sa.text(condition), 'postgresql_where': sa.text(condition)}


def _id(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=40), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _sealed(name: str) -> sa.Column:
    return sa.Column(name, sa.LargeBinary())


def _points(table: str, *columns: str, to: str, there: tuple[str, ...] = ('id',)) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        columns, [f'{to}.{each}' for each in there], name=op.f(f'fk_{table}_{"_".join(columns)}'), **LATER
    )


def upgrade() -> None:
    with op.batch_alter_table('referral') as table:
        for name in POINTS:
            table.add_column(_id(name, nullable=True))
        for name in WORDS:
            table.add_column(_word(name, nullable=True))
        table.add_column(sa.Column('needs_interpreter', sa.String(length=40), nullable=False, server_default='unknown'))
        for name in SEALED:
            table.add_column(_sealed(name))
        for name, other in POINTS.items():
            table.create_foreign_key(op.f(f'fk_referral_{name}'), other, [name], ['id'], **LATER)
        table.create_unique_constraint(op.f('uq_referral_house_id_id'), ['house_id', 'id'])
    with op.batch_alter_table('referral') as table:
        table.alter_column('needs_interpreter', server_default=None)
    op.create_index('ix_referral_figures', 'referral', [
        'received_at', 'to_house_id', 'state', 'institution_id', 'house_id', 'foundation_id', 'urgency',
        'decline_reason',
    ])
    op.create_index('ix_referral_sent_on_from', 'referral', ['sent_on_from_id'], **_only('sent_on_from_id IS NOT NULL'))
    _waiting_outside()
    _door()
    _interviews()


def _waiting_outside() -> None:
    op.create_table(
        'unmet_need',
        _id('id'), _id('foundation_id'), _id('house_id'), _id('referral_id'), _word('need'), _at('made_at'),
        _id('by_id'),
        _points('unmet_need', 'foundation_id', 'house_id', to='house', there=('foundation_id', 'id')),
        _points('unmet_need', 'house_id', 'referral_id', to='referral', there=('house_id', 'id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_unmet_need')),
        sa.UniqueConstraint('referral_id', 'need', name=op.f('uq_unmet_need_referral_id_need')),
    )
    op.create_table(
        'waiting_outside',
        _id('id'), _id('foundation_id'), _id('house_id'), _id('referral_id'), _at('began_at'), _id('by_id'),
        _at('due_at'), sa.Column('told', sa.Integer(), nullable=False), _at('ended_at', nullable=True),
        _word('ended', nullable=True), _id('ended_by_id', nullable=True), _sealed('lodging_sealed'),
        _sealed('ending_sealed'),
        _points('waiting_outside', 'foundation_id', 'house_id', to='house', there=('foundation_id', 'id')),
        _points('waiting_outside', 'house_id', 'referral_id', to='referral', there=('house_id', 'id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_outside')),
    )
    op.create_index(op.f('ix_waiting_outside_referral_id'), 'waiting_outside', ['referral_id'])
    op.create_index('uq_waiting_outside_open', 'waiting_outside', ['referral_id'], unique=True,
                    **_only('ended_at IS NULL'))
    op.create_index('ix_waiting_outside_due', 'waiting_outside', ['due_at'], **_only('ended_at IS NULL'))
    op.create_table(
        'safety_check',
        _id('id'), _id('foundation_id'), _id('waiting_id'), _id('referral_id'), _at('checked_at'), _at('entered_at'),
        _id('by_id'), _word('how'), _sealed('done_sealed'),
        _points('safety_check', 'foundation_id', to='foundation'),
        _points('safety_check', 'waiting_id', to='waiting_outside'),
        _points('safety_check', 'referral_id', to='referral'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_safety_check')),
    )
    op.create_index('ix_safety_check_waiting', 'safety_check', ['waiting_id', 'checked_at'])


def _door() -> None:
    op.create_table(
        'door_request',
        _id('id'), _id('foundation_id'), _id('house_id'), _id('case_id', nullable=True), _word('asker'),
        _word('approach'), _word('paper'), _at('came_at'), _at('entered_at'), _id('by_id'),
        _at('deadline_at', nullable=True), sa.Column('told_late', sa.Integer(), nullable=False), _word('state'),
        _at('decided_at', nullable=True), _id('decided_by_id', nullable=True), _word('given', nullable=True),
        _word('told', nullable=True), _at('told_at', nullable=True), _sealed('who_sealed'), _sealed('number_sealed'),
        _sealed('scope_sealed'), _sealed('at_once_sealed'), _sealed('answer_sealed'), _sealed('why_not_told_sealed'),
        _points('door_request', 'foundation_id', to='foundation'),
        _points('door_request', 'foundation_id', 'house_id', to='house', there=('foundation_id', 'id')),
        _points('door_request', 'foundation_id', 'case_id', to='case', there=('foundation_id', 'id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_door_request')),
    )
    op.create_index('ix_door_request_house', 'door_request', ['house_id', 'state', 'came_at'])
    op.create_index('ix_door_request_case', 'door_request', ['case_id'], **_only('case_id IS NOT NULL'))
    op.create_index('ix_door_request_deadline', 'door_request', ['deadline_at'], **_only('decided_at IS NULL'))
    op.create_table(
        'night_card',
        _id('id'), _id('foundation_id'), _id('house_id'), sa.Column('version', sa.Integer(), nullable=False),
        _at('changed_at'), _sealed('calls_sealed'),
        _points('night_card', 'foundation_id', 'house_id', to='house', there=('foundation_id', 'id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_night_card')),
        sa.UniqueConstraint('house_id', name=op.f('uq_night_card_house_id')),
    )


def _interviews() -> None:
    op.create_table(
        'interview',
        _id('id'), _id('foundation_id'), _id('case_id'), _word('state'), _at('occurs_at'), _at('entered_at'),
        _id('by_id'), _id('institution_id', nullable=True), _word('discipline', nullable=True),
        _id('joint_id', nullable=True), _word('purpose'), sa.Column('minutes', sa.Integer()),
        _word('trace', nullable=True), _word('language', nullable=True),
        sa.Column('has_interpreter', sa.Boolean(), nullable=False),
        sa.Column('was_before', sa.Boolean(), nullable=False), _word('again', nullable=True), _sealed('reason_sealed'),
        _points('interview', 'foundation_id', 'case_id', to='case', there=('foundation_id', 'id')),
        _points('interview', 'institution_id', to='institution'),
        _points('interview', 'joint_id', to='institution'),
        sa.CheckConstraint('(institution_id IS NULL) <> (discipline IS NULL)', name=op.f('ck_interview_one_asks')),
        sa.CheckConstraint('minutes IS NULL OR minutes BETWEEN 1 AND 1440',
                           name=op.f('ck_interview_lasts_a_day_at_most')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_interview')),
    )
    op.create_index('ix_interview_case', 'interview', ['case_id', 'state', 'occurs_at'])
    op.create_index('ix_interview_planned', 'interview', ['occurs_at'], **_only("state = 'planned'"))


def downgrade() -> None:
    for name in ('interview', 'night_card', 'door_request', 'safety_check', 'waiting_outside', 'unmet_need'):
        op.drop_table(name)
    op.drop_index('ix_referral_sent_on_from', 'referral')
    op.drop_index('ix_referral_figures', 'referral')
    with op.batch_alter_table('referral') as table:
        table.drop_constraint(op.f('uq_referral_house_id_id'), type_='unique')
        for name in POINTS:
            table.drop_constraint(op.f(f'fk_referral_{name}'), type_='foreignkey')
        for name in (*POINTS, *WORDS, *SEALED, 'needs_interpreter'):
            table.drop_column(name)
