"""One's own logins and codes: to look at, and to end."""

import time
from http import HTTPStatus

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.i18n import gettext, moment
from app.login.forms import PasswordNowForm
from app.web import logins, second
from app.web.lasting import BEGAN, LEAVING
from app.web.watch import note

JUST = 900
"""Seconds after a login by the provider in which it counts as having shown who one is."""
OTHERS = "others"


def own_logins() -> ResponseReturnValue:
    """Show where one is logged in; end one of those logins, or all others."""
    if not current_user.is_authenticated:
        return redirect(url_for("AuthDBView.login", next=request.path))
    form = PasswordNowForm()
    if request.method == "POST" and _is_sure(form):
        _end(request.form.get("which", ""))
        return redirect(url_for("login.own_logins"))
    rows = [(each, moment(each.began_at)) for each in logins.alive(current_user)]
    shown = {"rows": rows, "own": logins.own_key(), "form": form, "provider": LEAVING in session, "late": _is_late()}
    return render_template("login/logins.html", **shown), _status(form)


def _is_sure(form: PasswordNowForm) -> bool:
    return not _is_late() if LEAVING in session else bool(form.validate())


def _is_late() -> bool:
    return LEAVING in session and time.time() - session[BEGAN] > JUST


def _end(which: str) -> None:
    if which == OTHERS:
        logins.end_others(current_user)
        note("logins_ended")
        flash(gettext("You are logged out everywhere else."), "success")
    elif logins.end(current_user, which):
        note("login_ended")
        flash(gettext("That login is ended."), "success")
    else:
        flash(gettext("That login was over already."), "info")


def own_codes() -> ResponseReturnValue:
    """Say since when codes are asked for; stop asking."""
    if not current_user.is_authenticated:
        return redirect(url_for("AuthDBView.login", next=request.path))
    factor = second.of(current_user)
    if factor is None:
        return redirect(url_for("login.second"))
    form = PasswordNowForm()
    if form.validate_on_submit():
        second.forget(current_user)
        note("codes_off")
        flash(gettext("Codes are no longer asked for."), "success")
        return redirect(url_for("UserDBModelView.userinfo"))
    shown = {"since": moment(factor.since), "left": second.left(current_user), "form": form}
    return render_template("login/own_codes.html", **shown), _status(form)


def _status(form: PasswordNowForm) -> int:
    """A wrong password counts among the failed logins."""
    return HTTPStatus.UNAUTHORIZED if form.current.errors else HTTPStatus.OK
