"""What a worker in a process of its own does with clocks that are due, until it is killed."""

import time

from sqlalchemy.orm import Session

from app.workflow import reminding
from tests.workflow.town import database


def sweep(url, now, told, commits):
    """Run clocks two by two, telling after each two how many there were; without `commits` stop before it is kept."""
    engine = database(url)
    while True:
        with Session(engine) as session:
            told.send(reminding.run_due(session, now, limit=2))
            if not commits:
                time.sleep(60)
            session.commit()
