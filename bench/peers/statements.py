# ruff: noqa: S608 - our own names
"""The work in SQL alone: what the bare endpoint sends, and what is measured as the limit."""

from __future__ import annotations

NAMES = """JOIN unit u ON u.id = c.unit_id JOIN area a ON a.id = c.area_id LEFT JOIN person p ON p.id = c.handler_id"""
SHOWN = """c.id, c.ref, c.title, c.state, u.name AS unit, a.name AS area, c.severity, p.name AS handler, c.created_at,
c.due_at"""
IN_YEAR = "created_at >= :first AND created_at < :last"
REMINDED = "a.state = 'open' AND a.due_at < :now AND a.reminded_at IS NULL"
COMMON = {
    "units": "SELECT id, name FROM unit ORDER BY id",
    "areas": "SELECT id, name FROM area ORDER BY id",
    "submit": """INSERT INTO cases (ref, title, body, state, faculty_id, unit_id, area_id, reporter_email, created_at,
        version) VALUES (:ref, :title, :body, 'received', :unit, :unit, :area, :email, :at, 0) RETURNING id""",
    "event": """INSERT INTO event (case_id, at, actor_id, kind, from_state, to_state, note)
        VALUES (:case, :at, :actor, :move, :before, :after, :move)""",
    "mail": """INSERT INTO outbox (kind, case_id, to_email, dedupe_key, state, created_at)
        VALUES (:kind, :case, :to, :key, 'waiting', :at)""",
    "move": """UPDATE cases SET state = :after, version = version + 1
        WHERE id = :case AND state = :before AND faculty_id = :faculty RETURNING version, reporter_email""",
    "page": f"""SELECT {SHOWN} FROM (SELECT * FROM cases WHERE faculty_id = :faculty AND state = :state
        ORDER BY id DESC LIMIT 25 OFFSET :skip) c {NAMES} ORDER BY c.id DESC""",
    "keyset": f"""SELECT {SHOWN} FROM (SELECT * FROM cases WHERE faculty_id = :faculty AND state = :state
        AND id < :mark ORDER BY id DESC LIMIT 25) c {NAMES} ORDER BY c.id DESC""",
    "search": f"""SELECT {SHOWN} FROM cases c {NAMES} WHERE c.faculty_id = :faculty
        AND (c.title LIKE :word OR c.body LIKE :word) ORDER BY c.id DESC LIMIT 25""",
    "case": f"SELECT c.*, u.name AS unit, a.name AS area, p.name AS handler FROM cases c {NAMES} "
    "WHERE c.id = :case AND c.faculty_id = :faculty",
    "events": """SELECT e.*, p.name AS actor FROM event e LEFT JOIN person p ON p.id = e.actor_id
        WHERE e.case_id = :case ORDER BY e.id""",
    "badges": """SELECT state, count(*), sum(CASE WHEN handler_id = :handler THEN 1 ELSE 0 END) FROM cases
        WHERE faculty_id = :faculty AND state IN ('received', 'at_faculty', 'in_progress') GROUP BY state""",
    "overdue": """SELECT count(*) FROM action a JOIN cases c ON c.id = a.case_id
        WHERE a.state = 'open' AND a.due_at < :now AND c.faculty_id = :faculty""",
    "capped": """SELECT count(*) FROM (SELECT 1 FROM cases WHERE faculty_id = :faculty AND state = :state
        LIMIT 1001) x""",
    "sweep": f"""INSERT INTO outbox (kind, case_id, action_id, to_email, dedupe_key, state, created_at)
        SELECT 'reminder', a.case_id, a.id, p.email, 'reminder:' || a.id || ':' || (a.reminders + 1), 'waiting', :now
        FROM action a JOIN person p ON p.id = a.owner_id WHERE {REMINDED} ON CONFLICT (dedupe_key) DO NOTHING""",
    "swept": f"UPDATE action AS a SET reminded_at = :now, reminders = reminders + 1 WHERE {REMINDED}",
}
SQLITE = {
    "report": f"""SELECT unit_id, area_id, severity, substr(created_at, 6, 2), count(*) FROM cases
        WHERE {IN_YEAR} GROUP BY 1, 2, 3, 4""",
    "medians": f"""SELECT unit_id, avg(days) FROM (SELECT unit_id, days,
        row_number() OVER (PARTITION BY unit_id ORDER BY days) place, count(*) OVER (PARTITION BY unit_id) n
        FROM (SELECT unit_id, julianday(closed_at) - julianday(created_at) days FROM cases
        WHERE {IN_YEAR} AND closed_at IS NOT NULL)) WHERE place IN ((n + 1) / 2, (n + 2) / 2) GROUP BY 1""",
}
POSTGRESQL = {
    "report": f"""SELECT unit_id, area_id, severity, extract(month FROM created_at)::int, count(*) FROM cases
        WHERE {IN_YEAR} GROUP BY 1, 2, 3, 4""",
    "medians": f"""SELECT unit_id, percentile_cont(0.5) WITHIN GROUP
        (ORDER BY extract(epoch FROM closed_at - created_at) / 86400)
        FROM cases WHERE {IN_YEAR} AND closed_at IS NOT NULL GROUP BY 1""",
}


def statements(dialect: str) -> dict[str, str]:
    """Every statement by name, with `:name` where values come."""
    return {**COMMON, **(SQLITE if dialect == "sqlite" else POSTGRESQL)}
