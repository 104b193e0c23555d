"""outbox pause."""

import sqlalchemy as sa
import model.base
from alembic import op
revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('outbox_pause',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('since', model.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('backup_at', model.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('released_at', model.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('released_by_id', sa.Integer(), nullable=True),
    sa.Column('dropped', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['released_by_id'], ['person.id'], name=op.f('fk_outbox_pause_released_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_pause'))
    )
    with op.batch_alter_table('outbox_pause', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_pause_released_at'), ['released_at'], unique=False)


def downgrade():
    with op.batch_alter_table('outbox_pause', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_pause_released_at'))
    op.drop_table('outbox_pause')
