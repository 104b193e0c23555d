"""approvals and exclusion."""

import sqlalchemy as sa
import model.base
from alembic import op
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('subject', schema=None) as batch_op:
        batch_op.add_column(sa.Column('excluded', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('presses', model.base.Json, server_default='{}', nullable=False))
    with op.batch_alter_table('clock', schema=None) as batch_op:
        batch_op.add_column(sa.Column('until_counts', sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column('extended', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade():
    with op.batch_alter_table('clock', schema=None) as batch_op:
        batch_op.drop_column('extended')
        batch_op.drop_column('until_counts')
    with op.batch_alter_table('subject', schema=None) as batch_op:
        batch_op.drop_column('presses')
        batch_op.drop_column('excluded')
