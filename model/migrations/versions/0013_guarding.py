"""guarding."""

import sqlalchemy as sa
import model.base
from alembic import op
revision = '0013'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('rate_count',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('ends_at', model.base.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_rate_count'))
    )
    with op.batch_alter_table('rate_count', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rate_count_ends_at'), ['ends_at'], unique=False)

    op.create_table('attack_mode',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('since', model.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('until', model.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('started_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', model.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['ended_by_id'], ['person.id'], name=op.f('fk_attack_mode_ended_by_id')),
    sa.ForeignKeyConstraint(['started_by_id'], ['person.id'], name=op.f('fk_attack_mode_started_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attack_mode'))
    )
    with op.batch_alter_table('attack_mode', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attack_mode_until'), ['until'], unique=False)

    op.create_table('held_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submit_key', sa.String(length=64), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('received_at', model.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('odd', model.base.Json, nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('sender_id', sa.Integer(), nullable=True),
    sa.Column('flow', sa.String(length=64), nullable=False),
    sa.Column('way', sa.String(length=64), nullable=False),
    sa.Column('handler', sa.String(length=120), nullable=True),
    sa.Column('typed', model.base.Json, nullable=False),
    sa.Column('shown', model.base.Json, nullable=False),
    sa.Column('follow_salt', sa.String(length=64), nullable=False),
    sa.Column('follow_hash', sa.String(length=64), nullable=True),
    sa.Column('code_hash', sa.String(length=64), nullable=True),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('decided_at', model.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['subject.id'], name=op.f('fk_held_report_case_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_held_report_decided_by_id')),
    sa.ForeignKeyConstraint(['sender_id'], ['person.id'], name=op.f('fk_held_report_sender_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_report')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_held_report_code_hash')),
    sa.UniqueConstraint('follow_hash', name=op.f('uq_held_report_follow_hash')),
    sa.UniqueConstraint('number', name=op.f('uq_held_report_number')),
    sa.UniqueConstraint('submit_key', name=op.f('uq_held_report_submit_key'))
    )
    with op.batch_alter_table('held_report', schema=None) as batch_op:
        batch_op.create_index('ix_held_report_queue', ['status', 'received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_held_report_sender_id'), ['sender_id'], unique=False)

    op.create_table('held_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['held_report.id'], name=op.f('fk_held_file_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_file'))
    )
    with op.batch_alter_table('held_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_held_file_report_id'), ['report_id'], unique=False)



def downgrade():
    with op.batch_alter_table('held_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_held_file_report_id'))

    op.drop_table('held_file')
    with op.batch_alter_table('held_report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_held_report_sender_id'))
        batch_op.drop_index('ix_held_report_queue')

    op.drop_table('held_report')
    with op.batch_alter_table('attack_mode', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attack_mode_until'))

    op.drop_table('attack_mode')
    with op.batch_alter_table('rate_count', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rate_count_ends_at'))

    op.drop_table('rate_count')
