"""The bare endpoint: Flask, SQL by hand, one small template a page. The least that a Flask product costs."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, render_template, request, session
from sqlalchemy import create_engine, text

from bench import counting
from bench.peers import bare_pages, pragmas
from bench.peers.settings import ACCOUNT, FACULTY, HANDLER, MOVES, NOW, PAGE, PASSWORD, SECRET, URL
from bench.peers.statements import statements

engine = create_engine(URL)
pragmas.tune(engine)
counting.watch(engine)
SQL = {name: text(statement) for name, statement in statements(engine.dialect.name).items()}
app = Flask(__name__)
app.secret_key = SECRET
app.jinja_loader = bare_pages.loader
with engine.connect() as connection:
    LISTS = {name: connection.execute(SQL[name]).all() for name in ("units", "areas")}


def moment(value: datetime) -> Any:
    """As the database takes it from SQL by hand."""
    return value.isoformat(" ", "microseconds") if engine.dialect.name == "sqlite" else value


def now() -> Any:
    """This moment."""
    return moment(datetime.now())  # noqa: DTZ005 - the peers' columns have no time zone


def token() -> str:
    """The session's token against forged requests."""
    return session.setdefault("csrf", secrets.token_hex(16))


def check() -> None:
    """Refuse a forged request."""
    if not secrets.compare_digest(request.form.get("csrf_token", ""), session.get("csrf", "-")):
        abort(400)


def me() -> None:
    """Refuse whoever hasn't logged in."""
    if session.get("account") != ACCOUNT:
        abort(403)


@app.route("/login", methods=["GET", "POST"])
def login() -> Any:
    """Log in."""
    if request.method == "GET":
        return render_template("login.html", token=token())
    check()
    if (request.form["username"], request.form["password"]) != (ACCOUNT, PASSWORD):
        abort(403)
    session["account"] = ACCOUNT
    return redirect("/cases")


@app.route("/submit", methods=["GET", "POST"])
def submit() -> Any:
    """Report."""
    if request.method == "GET":
        return render_template("form.html", token=token(), **LISTS)
    check()
    given, at = request.form, now()
    row = {name: given[name] for name in ("title", "body", "email")} | {"at": at, "ref": "B-" + secrets.token_hex(6)}
    row |= {"unit": int(given["unit"]), "area": int(given["area"])}
    with engine.begin() as connection:
        case = connection.execute(SQL["submit"], row).scalar_one()
        event = {"case": case, "at": at, "actor": None, "move": "submit", "before": None, "after": "received"}
        connection.execute(SQL["event"], event)
        mail = {"kind": "receipt", "case": case, "to": given["email"], "key": f"receipt:{case}", "at": at}
        connection.execute(SQL["mail"], mail)
    return redirect("/submit")


@app.get("/cases")
def cases() -> Any:
    """One page of the faculty's cases in a state, or of those with a word."""
    me()
    asked = request.args
    given = {"faculty": FACULTY, "state": asked.get("state", "closed"), "skip": PAGE * (int(asked.get("page", 1)) - 1)}
    word = asked.get("q")
    with engine.connect() as connection:
        if word:
            rows = connection.execute(SQL["search"], {"faculty": FACULTY, "word": f"%{word}%"}).all()
        else:
            rows = connection.execute(SQL["page"], given).all()
    return render_template("list.html", rows=rows)


@app.get("/case/<int:case>")
def one(case: int) -> Any:
    """One case and what happened."""
    me()
    with engine.connect() as connection:
        row = connection.execute(SQL["case"], {"case": case, "faculty": FACULTY}).one_or_none() or abort(404)
        events = connection.execute(SQL["events"], {"case": case}).all()
    moves = [name for name, (sources, _) in MOVES.items() if row.state in sources]
    return render_template("case.html", case=row, events=events, token=token(), moves=moves)


@app.post("/case/<int:case>/do")
def do(case: int) -> Any:
    """Move a case."""
    me()
    check()
    move = request.form["move"]
    (before, *_), after = MOVES[move]
    at = now()
    with engine.begin() as connection:
        claim = {"case": case, "before": before, "after": after, "faculty": FACULTY}
        moved = connection.execute(SQL["move"], claim).one_or_none() or abort(409)
        event = {"case": case, "at": at, "actor": HANDLER, "move": move, "before": before, "after": after}
        connection.execute(SQL["event"], event)
        key = f"{move}:{case}:{moved.version}"
        connection.execute(SQL["mail"], {"kind": move, "case": case, "to": moved.reporter_email, "key": key, "at": at})
    return redirect(f"/case/{case}")


@app.get("/badges")
def badges() -> Response:
    """Open cases by state, mine, and overdue actions."""
    me()
    with engine.connect() as connection:
        rows = connection.execute(SQL["badges"], {"faculty": FACULTY, "handler": HANDLER}).all()
        overdue = connection.execute(SQL["overdue"], {"faculty": FACULTY, "now": moment(NOW)}).scalar()
    return jsonify({**{state: n for state, n, _ in rows}, "mine": sum(n for *_, n in rows), "overdue": overdue})


@app.post("/bench/sweep")
def sweep() -> Response:
    """Write a mail for each overdue action."""
    with engine.begin() as connection:
        written = connection.execute(SQL["sweep"], {"now": moment(NOW)}).rowcount
        connection.execute(SQL["swept"], {"now": moment(NOW)})
    return jsonify(mails=written)


@app.get("/report/<int:year>")
def report(year: int) -> Response:
    """The year in numbers."""
    me()
    span = {"first": moment(datetime(year, 1, 1)), "last": moment(datetime(year + 1, 1, 1))}  # noqa: DTZ001
    with engine.connect() as connection:
        groups = [list(row) for row in connection.execute(SQL["report"], span)]
        medians = {unit: float(days) for unit, days in connection.execute(SQL["medians"], span)}
    return jsonify(groups=groups, medians=medians)


app.wsgi_app = counting.told(app.wsgi_app)  # type: ignore[method-assign]
