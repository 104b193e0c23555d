"""The follow page: how the case stands, what was written, and what its reporter may do - nothing else, ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from app import forms
from app.i18n import gettext, language, ngettext, say
from app.language.definition import Transition
from app.submit import followed, progress, sheet, waiting
from app.submit.desk import context, found, reporter_of, sight, standing
from app.submit.dialogue import Sight
from app.web import addresses, lettered, pending, unasked
from app.web.attached import attached, download, posted
from app.web.database import db
from app.web.grants import me
from app.workflow import engine, held, letters
from app.workflow.evaluator import names_reporter
from app.workflow.table import offers
from app.workflow.told import told
from model import Case, Document

HIDDEN = frozenset({"csrf_token", "version", sheet.KEEP})


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing the reporter may do; `sheet` holds its questions."""

    name: str
    label: str
    sheet: sheet.Sheet


def ask() -> ResponseReturnValue:
    """Ask for the code; somebody logged in has a list of their own cases."""
    if me() is not None:
        return redirect(url_for("submit.mine"))
    return _code_page()


def open_by_code() -> ResponseReturnValue:
    """Lead from the code to the case."""
    typed = request.form.get("code", "")
    case = followed.by_code(context(), typed)
    if case is not None:
        return redirect(url_for("submit.case", token=followed.token_of(case)), 303)
    report = held.by_code(db.session(), typed)
    if report is None:
        told = gettext("We can't find a case with this code. Look at the receipt: it has 16 characters.")
        return _code_page(typed, told), 400
    return redirect(url_for("submit.case", token=held.token_of(report)), 303)


def too_many(error: HTTPException, when: str) -> ResponseReturnValue:
    """Say when the code can be tried again, or what was written be sent; that is kept."""
    told = gettext("There have been too many tries. You can try again from %(when)s on.", when=when)
    arguments: dict[str, str] = request.view_args or {}
    if request.endpoint != "submit.move":
        return _code_page(request.form.get("code", ""), told), error.code or 429
    return _kept(arguments, told), error.code or 429


def ask_again(error: HTTPException) -> ResponseReturnValue:
    """Ask for the code again when the page had been open for too long."""
    told = gettext("The page had been open for too long. Press the button once more.")
    return _code_page(request.form.get("code", ""), told), error.code or 400


def _code_page(typed: str = "", fault: str = "") -> str:
    return render_template("submit/code.html", typed=typed, fault=fault)


def show(token: str) -> ResponseReturnValue:
    """Show the case that the token opens. Reading changes nothing."""
    here = context()
    case = followed.by_token(here, token)
    if case is None:
        return waiting.page(token) or abort(404)
    return _page(sight(here, case), token)


def file(token: str, which: int) -> ResponseReturnValue:
    """Send one of the files that the reporter may have."""
    seen = sight(context(), found(context(), token))
    those = seen.files(followed.journal(seen.case))
    return download(next((each for each in those if each.id == which), None) or abort(404))


def letter(token: str, which: int) -> ResponseReturnValue:
    """Show one of the letters to the reporter as it is printed."""
    pdf = _letter_address(token, which, ".pdf")
    return lettered.page(context(), _letter(token, which), url_for("submit.case", token=token), pdf)


def letter_pdf(token: str, which: int) -> ResponseReturnValue:
    """Send one of the letters to the reporter as a PDF."""
    return lettered.download(context(), _letter(token, which))


def _letter(token: str, which: int) -> Document:
    here = context()
    those = letters.to_reporter(here, found(here, token))
    return next((each for each in those if each.id == which), None) or abort(404)


def _letter_address(token: str, which: int, ending: str) -> str:
    return url_for("submit.letter_pdf" if ending else "submit.letter", token=token, which=which)


def _page(seen: Sight, token: str, tried: Offer | None = None, notice: str = "", unsent: str = "") -> str:
    case, facts = seen.case, seen.facts
    if tried is not None and pending.keep(tried.sheet):
        db.session.commit()
    entries = followed.journal(case)
    messages = seen.messages(entries)
    said = told(facts, language())
    offered = [tried if tried and tried.name == each.name else each for each in _offers(seen)]
    return render_template(
        "submit/follow.html",
        case=case,
        token=token,
        state=say(facts.flow.states[case.state].label),
        told=said,
        standing=standing(seen.context, said),
        steps=progress.way(seen.context, case, facts, entries, language()),
        messages=messages,
        outcome=seen.outcome(entries),
        waiting=bool(offered and messages and not messages[-1].mine and not facts.finished),
        parts=seen.parts(),
        known=seen.known(),
        files=attached(
            seen.files(entries), facts.routine, lambda which: url_for("submit.file", token=token, which=which)
        ),
        letters=lettered.listed(
            letters.to_reporter(seen.context, case),
            lambda _: "",
            lambda which, ending: _letter_address(token, which, ending),
        ),
        readers=seen.readers(),
        offers=offered,
        usual=_usual(case),
        notice=notice,
        unsent=unsent,
        keep=sheet.KEEP,
    )


def _usual(case: Case) -> str:
    """Say how long such cases have taken, where enough of them have been closed to tell."""
    days = None if case.finished else followed.usual_days(case)
    if days is None:
        return ""
    return ngettext(
        "Cases like this have usually taken %(num)d day here.",
        "Cases like this have usually taken %(num)d days here.",
        days,
    )


def _offers(seen: Sight) -> list[Offer]:
    """Give what the routine lets the reporter do now."""
    actor = reporter_of(seen.case)
    open_to = [name for name, verdict in offers(seen.facts, actor) if verdict]
    declared = [seen.facts.flow.transitions[name] for name in open_to]
    return [_offer(seen, each, None) for each in declared if names_reporter(each, seen.facts)]


def _offer(seen: Sight, declared: Transition, sent: MultiDict[str, str] | None) -> Offer:
    made = forms.build(seen.context, seen.facts, declared, reporter_of(seen.case), language(), sent)
    for each in made:
        each.id = f"{declared.name}-{each.name}"
        if each.type == "TextAreaField" and not each.reworded:
            # What the routine says beside a text is said to handlers.
            each.description = gettext("Write roles instead of names.")
    return Offer(declared.name, say(declared.label), sheet.Sheet(list(made)))


def back(token: str, transition: str) -> ResponseReturnValue:  # noqa: ARG001 - the address has both
    """Lead to the case: nothing is done by opening an address."""
    return redirect(url_for("submit.case", token=token))


def move(token: str, transition: str) -> ResponseReturnValue:
    """Do what the reporter asks, if the routine lets them; otherwise show why not, with what was typed."""
    here = context()
    case = found(here, token)
    seen = sight(here, case)
    if transition not in {each.name for each in _offers(seen)}:
        told = gettext("This can't be sent any more. The case has moved on.")
        return _page(seen, token, notice=told, unsent=_typed()), 409
    offer = _offer(seen, seen.facts.flow.transitions[transition], posted())
    unasked.note(request.form, offer.sheet.names | HIDDEN)
    offer.sheet.look_for_personal_data(confirmed=bool(request.form.get(sheet.KEEP)))
    if offer.sheet.faulty:
        return _page(seen, token, offer), 400
    try:
        engine.move(here, case, transition, actor=reporter_of(case), answers=_answers(offer), version=_version())
        pending.forget(offer.sheet)
        db.session.commit()
    except engine.Refused as refused:
        db.session.rollback()
        return _refused(token, offer, refused)
    except engine.Stale:
        db.session.rollback()
        return _stale(token, offer)
    return redirect(url_for("submit.case", token=token, _anchor="main"), 303)


def _answers(offer: Offer) -> dict[str, Any]:
    return addresses.as_people(offer.sheet, forms.answers(offer.sheet))


def _typed() -> str:
    """Give back what was typed into a form that is no longer there."""
    return "\n".join(value for name, value in request.form.items() if name not in HIDDEN)


def _version() -> int | None:
    sent = request.form.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else -1  # noqa: PLR2004 - fits an integer


def _refused(token: str, offer: Offer, refused: engine.Refused) -> ResponseReturnValue:
    here = context()
    seen = sight(here, found(here, token))
    offer.sheet.explain(refused.refusals)
    return _page(seen, token, offer), 400


def _stale(token: str, offer: Offer) -> ResponseReturnValue:
    """The case changed meanwhile. A second press of the same button has done its work already."""
    here = context()
    case = found(here, token)
    last = followed.journal(case)[-1]
    kept = {name: value for name, value in _answers(offer).items() if value}
    if last.transition == offer.name and last.answers == kept:
        return redirect(url_for("submit.case", token=token), 303)
    told = gettext("The case has changed since you opened the page. Read what is new, then send again.")
    return _page(sight(here, case), token, offer, told), 409


def late(error: HTTPException) -> ResponseReturnValue:
    """Show the page again, with what was typed, when its safety token is too old or missing."""
    told = gettext("The page had been open for too long, so nothing has been sent. Press the button once more.")
    return _kept(request.view_args or {}, told), error.code or 400


def _kept(arguments: Mapping[str, str], notice: str) -> str:
    """Show the page again with what was typed."""
    here = context()
    seen = sight(here, found(here, arguments["token"]))
    declared = seen.facts.flow.transitions.get(arguments["transition"])
    tried = _offer(seen, declared, posted()) if declared else None
    return _page(seen, arguments["token"], tried, notice)


def mine() -> ResponseReturnValue:
    """List one's own cases."""
    person = me()
    if person is None:
        return redirect(url_for("submit.ask"))
    here = context()
    cases = [(case, _state(here, case)) for case in followed.mine(here, person.id)]
    return render_template("submit/mine.html", cases=cases, reports=waiting.mine(person.id))


def _state(here: Any, case: Case) -> str:
    state = here.edition(case).routine.flows[case.flow].states.get(case.state)
    return say(state.label) if state else ""


def mine_one(number: str) -> ResponseReturnValue:
    """Lead to one of one's own cases."""
    person = me()
    here = context()
    case = followed.own(here, person.id, number) if person else None
    if case is None:
        return redirect(url_for("submit.mine"))
    return redirect(url_for("submit.case", token=followed.token_of(case)))
