"""the journal's proof."""

import sqlalchemy as sa
from alembic import op
from model.append_only import GUARDED, lifting, statements
from model.base import Json
revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('journal_seal',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('adopted', sa.Boolean(), nullable=False),
    sa.Column('chain', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_seal')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_journal_seal_entry_id'))
    )
    for name, kind in (('salts', Json), ('prints', Json), ('digest', sa.String(length=64))):
        op.add_column('journal_entry', sa.Column(name, kind, nullable=True))
    dialect = op.get_bind().dialect.name
    for table in GUARDED:
        for statement in statements(table, dialect):
            op.execute(statement)


def downgrade():
    dialect = op.get_bind().dialect.name
    for table in GUARDED:
        for statement in lifting(table, dialect):
            op.execute(statement)
    if dialect == 'postgresql':
        op.execute('DROP FUNCTION refuse_rewriting()')
    op.drop_table('journal_seal')
    with op.batch_alter_table('journal_entry', schema=None) as batch_op:
        for name in ('digest', 'prints', 'salts'):
            batch_op.drop_column(name)
