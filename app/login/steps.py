"""What is asked for after the right password: a code, a password of one's own, or to begin with codes."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user
from wtforms import Form

from app.i18n import gettext, moment
from app.login.forms import CodeForm, ConfirmForm, NewPasswordForm, SureForm, names_of
from app.web import halfway, second
from app.web.halfway import Halfway
from app.web.lasting import LEAVING
from app.web.watch import note

Step = Callable[[Halfway], ResponseReturnValue]


def of_a_login(step: Step) -> Callable[[], ResponseReturnValue]:
    """Let in of whom this step is asked; whoever has not just given the password begins at the login page."""

    @wraps(step)
    def page() -> ResponseReturnValue:
        who = None if current_user.is_authenticated else halfway.standing()
        if who is None:
            return redirect(url_for("AuthDBView.login"))
        asked = halfway.asked(who)
        return step(who) if asked == request.endpoint else redirect(url_for(asked or "AuthDBView.login"))

    return page


@of_a_login
def code(who: Halfway) -> ResponseReturnValue:
    """Ask for the code."""
    form = CodeForm()
    wrong = ""
    if form.validate_on_submit():
        if second.fits(who.user, form.code.data):
            return halfway.go_on(who.user, who.target, coded=True)
        note("code_refused", account=who.user.id)
        wrong = _why(who.user)
    return _asked(form, gettext("The code as well"), button=gettext("Log in"), wrong=wrong)


def _why(user: User) -> str:
    until = second.shut(user)
    if until is not None:
        return gettext("Too many codes were wrong. You can try again from %(time)s.", time=moment(until))
    return gettext("The code is wrong or used. Wait for the next one, and look that the phone's clock is right.")


@of_a_login
def password(who: Halfway) -> ResponseReturnValue:
    """Ask for a password of one's own."""
    form = NewPasswordForm()
    if form.validate_on_submit():
        current_app.appbuilder.sm.reset_password(who.user.id, form.password.data)  # type: ignore[attr-defined]
        halfway.own(who.user)
        note("password_changed", account=who.user.id)
        return halfway.go_on(who.user, who.target, coded=who.coded)
    lead = gettext("Somebody else chose the password that you came with. Choose one that only you know.")
    return _asked(form, gettext("Choose your own password"), button=gettext("Save"), lead=lead)


def set_up() -> ResponseReturnValue:
    """Begin with codes; whoever has them is led to where they are told of or asked for."""
    who = None if current_user.is_authenticated else halfway.standing()
    user: User | None = who.user if who else current_user if current_user.is_authenticated else None
    if user is None:
        return redirect(url_for("AuthDBView.login", next=url_for("login.second")))
    if LEAVING in session:
        flash(gettext("You log in elsewhere, so codes aren't kept here. Set them up where you log in."), "info")
        return redirect(url_for("UserDBModelView.userinfo"))
    if second.of(user) is not None:
        return redirect(url_for("login.code" if who else "login.own_codes"))
    return _setting_up(user, who)


def _setting_up(user: User, who: Halfway | None) -> ResponseReturnValue:
    """Show what the app must know, and take its first code."""
    form = ConfirmForm() if who else SureForm()
    wrong = ""
    if form.validate_on_submit():
        if made := second.confirm(user, form.code.data):
            note("codes_on", account=user.id)
            return _papers(made, who)
        wrong = gettext("The code doesn't fit. Look that the app has this account and the phone's clock is right.")
    secret = second.offered(user)
    drawn = second.picture(second.address(user, secret), gettext("QR code for the app"))
    lead = gettext(
        "Then nobody gets in with your password alone. Read the picture with an authenticator app on your phone - any "
        "of them will do - and write the code that it shows."
    )
    shown = {"button": gettext("Log in with codes from now on"), "lead": lead, "wrong": wrong, "drawn": drawn}
    return _asked(form, gettext("Log in with a code as well"), **shown, spelled=second.spelled(secret))


def _papers(made: list[str], who: Halfway | None) -> ResponseReturnValue:
    """Show the codes on paper; a login that waited for this goes on."""
    onward = halfway.go_on(who.user, who.target, coded=True).location if who else url_for("login.own_codes")
    return render_template("login/papers.html", made=made, onward=onward)


def _asked(form: Form, title: str, *, wrong: str = "", **shown: object) -> ResponseReturnValue:
    """Show a step; a wrong code or password is told as 401, so that tries are counted together."""
    status = HTTPStatus.UNAUTHORIZED if wrong or g.get("wrong_password") else HTTPStatus.OK
    page = render_template("login/step.html", form=form, names=names_of(form), title=title, wrong=wrong, **shown)
    return page, status
