"""A town whose journal is sealed, and what its database's administrator could do to it."""

from contextlib import contextmanager

from sqlalchemy import text

from app.web.database import snapshot
from app.workflow import prints, sealing
from app.workflow.verifying import Verifier, alone
from model.append_only import GUARDED, lifting

ROUTINE = """
flows:
  case:
    label: Case
    see: [reporter, desk]
    states:
      open: {label: Open}
      shut: {label: Shut, final: true}
    transitions:
      submit: {label: Report, from: new, to: open, by: anyone, fields: [reporter, area, unit, description], optional: [illness, weight], assign: desk, notify: {reporter: receipt}}
      ask: {label: Ask, from: open, to: same, by: reporter, fields: [message], notify: {desk: asked}}
      close: {label: Close, from: open, to: shut, by: desk, fields: [result], notify: {reporter: closed}}
      forget: {label: Forget, from: shut, to: same, by: desk, forget: [reporter, illness, description]}
fields:
  illness: {label: Illness}
  weight: {label: Weight, type: number}
"""


def seal(town):
    """Seal everything, as the worker's ticks do."""
    while sealing.seal(town.session):
        town.session.commit()
    town.session.commit()


def verify(town, anchors=(), now=None):
    """What is wrong with the journal."""
    with snapshot(town.database) as connection:
        return faults(connection, now or town.now, anchors)


def faults(connection, now, anchors=()):
    """The same, as that connection sees it: (row, case, what)."""
    verifier = Verifier(alone(connection), prints.keys(), anchors, now)
    return [(fault.entry, fault.number, fault.what) for fault in verifier.faults()]


@contextmanager
def administrating(town):
    """A connection of somebody who owns the database: nothing guards its rows."""
    town.session.rollback()
    with town.database.begin() as connection:
        dialect = connection.dialect.name
        if dialect == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        for table in GUARDED:
            for statement in lifting(table, dialect):
                connection.execute(text(statement))
        if dialect == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        yield connection
        if dialect == "postgresql":
            connection.execute(text("SET session_replication_role = origin"))
    town.session.expire_all()
