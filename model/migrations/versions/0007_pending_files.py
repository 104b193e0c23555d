"""pending files."""

import sqlalchemy as sa
import model.base
from alembic import op
revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('pending_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(length=64), nullable=False),
    sa.Column('field', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('at', model.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pending_file')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('pending_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pending_file_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_pending_file_owner'), ['owner'], unique=False)


def downgrade():
    with op.batch_alter_table('pending_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pending_file_owner'))
        batch_op.drop_index(batch_op.f('ix_pending_file_at'))
    op.drop_table('pending_file')
