"""Who gets which answer at which address: the whole permission matrix, to be read and disputed.

    ok    the page             go     led elsewhere      login  led to the login
    no    403                  none   404                not    405
    bad   400 or 422, mend it  late   409, it has moved  in     let in, whatever the answer
    own   led to one's case    503    no worker runs     key    401: no token, and a cookie is none

Where an address names a move, four words more say that the routine decides: it is asked with the version in force
and nothing answered, and whether the move is theirs from there is read in workflow.yaml (declared.py).

    form   theirs: ok          else: none
    press  theirs: bad, or go where nothing must be answered     else: none
    asks   theirs: ok          else: 422, or none where there is no such move
    sends  theirs: bad, or ok where nothing must be answered     else: 422, or none

The first row that fits decides; a star at a row's end stands for anything.
"""

from tests.matrix.declared import ACTION, CASE, MOVES
from tests.matrix.world import OWNERS, PEOPLE

ALONE = """
                                  visitor student office line  admin
GET /                             ok      ok      ok     ok    ok
POST /                            bad     bad     bad    bad   bad
GET /door/<name>                  go      go      go     go    go
GET /routine                      ok      ok      ok     ok    ok
GET /public/*                     none    none    none   none  none
GET /receipt/                     none    none    none   none  none
GET /follow/                      ok      go      go     go    go
POST /follow/                     bad     bad     bad    bad   bad
GET /my/                          go      ok      ok     ok    ok
GET /my/data.zip                  go      ok      ok     ok    ok

GET /cases/                       login   no      ok     ok    ok
GET /cases/export/*               login   no      ok     ok    ok
GET /actions/                     login   no      ok     ok    ok
GET /actions/export/*             login   no      ok     ok    ok
GET /held/                        login   no      ok     ok    ok
POST /held/<int:pk>/*             login   no      none   none  none
GET /reports/                     login   no      ok     ok    ok
GET /reports/<name>*              login   no      ok     none  none

GET /api/v1/_openapi              ok      ok      ok     ok    ok
POST /api/v1/security/login       bad     bad     bad    bad   bad
POST /api/v1/security/logout      key     ok      ok     ok    ok
GET /api/v1/routine               key     ok      ok     ok    ok
GET /api/v1/cases                 key     no      ok     ok    ok
POST /api/v1/cases                key     bad     bad    bad   bad
GET /api/v1/actions               key     no      ok     ok    ok
GET /api/v1/reports               key     no      ok     ok    ok
GET /api/v1/reports/<name>        key     no      ok     none  none

GET /home/                        go      go      go     go    go
GET /login/                       ok      go      go     go    go
POST /login/                      ok      go      go     go    go
GET /login/oidc                   none    none    none   none  none
GET /login/oidc/back              none    none    none   none  none
GET /login/code                   login   login   login  login login
POST /login/code                  login   login   login  login login
GET /login/password               login   login   login  login login
POST /login/password              login   login   login  login login
GET /login/second                 login   ok      ok     ok    ok
POST /login/second                login   ok      ok     ok    ok
GET /login/own/list               login   ok      ok     ok    ok
POST /login/own/list              login   key     key    key   key
GET /login/own/codes              login   login   login  login login
POST /login/own/codes             login   login   login  login login
GET /logout/                      ok      ok      ok     ok    ok
POST /logout/                     go      go      go     go    go
GET /healthz                      503     503     503    503   503
GET /metrics                      none    none    none   none  none
GET /demo/mail                    ok      ok      ok     ok    ok
GET /demo/mail/<name>             none    none    none   none  none

GET /users/userinfo/              login   ok      ok     ok    ok
GET /userinfoeditview/form        login   ok      ok     ok    ok
POST /userinfoeditview/form       login   ok      ok     ok    ok
GET /resetmypassword/form         login   ok      ok     ok    ok
POST /resetmypassword/form        login   ok      ok     ok    ok
GET /resetpassword/form           login   no      no     no    in
POST /resetpassword/form          login   no      no     no    in
GET /users/*                      login   no      no     no    in
POST /users/*                     login   no      no     no    in
GET /roles/*                      login   no      no     no    in
POST /roles/*                     login   no      no     no    in
GET /groups/*                     login   no      no     no    in
POST /groups/*                    login   no      no     no    in
GET /permissionviews/*            login   no      no     no    in
GET /studio/coverage/             login   no      no     no    ok
POST /studio/coverage/            login   no      no     no    bad
GET /studio/explain/              login   no      no     no    ok
GET /studio/                      login   no      no     no    ok
POST /studio/check                login   no      no     no    go
POST /studio/mails                login   no      no     no    go
GET /studio/operations/           login   no      no     no    ok
POST /studio/operations/attack    login   no      no     no    bad
POST /studio/operations/retry     login   no      no     no    bad
POST /studio/operations/release   login   no      no     no    go
GET /studio/scenarios/            login   no      no     no    ok
POST /studio/scenarios/           login   no      no     no    late
POST /studio/scenarios/check      login   no      no     no    ok
GET /studio/*                     login   no      no     no    in
POST /studio/*                    login   no      no     no    in
"""
"""Addresses that are about no case: who counts as what is said in `RANKS`."""

RANKS = {
    "visitor": ["visitor"],
    "student": ["student", "classmate"],
    "office": ["desk", "quality", "other", "hse", "hse_iv", "dean"],
    "line": ["owner", "owner_iv", "head", "course"],
    "admin": ["admin"],
}
"""`office` are the functions that the reports' own `see` names."""

OF_CASE = """
                                            visitor reporter classmate stranger owner handler
GET /cases/<number>                         login   no       no        none     ok    ok
GET /cases/<number>/<name>                  login   no       no        none     none  form
POST /cases/<number>/<name>                 login   no       no        none     none  press
GET /cases/<number>/file/<int:which>        login   no       no        none     none  none
GET /cases/<number>/letter/<int:which>      login   no       no        none     none  none
GET /cases/<number>/letter/<int:which>.pdf  login   no       no        none     none  none
POST /cases/<number>/reporter               login   no       no        none     none  ok
GET /cases/<number>/remove-words            login   no       no        none     none  ok
POST /cases/<number>/remove-words           login   no       no        none     none  bad

GET /api/v1/cases/<number>                  key     no       no        none     ok    ok
GET /api/v1/cases/<number>/moves/<transition>   key no       no        none     asks  asks
POST /api/v1/cases/<number>/moves/<transition>  key no       no        none     sends sends
GET /api/v1/cases/<number>/files/<int:which>    key no       no        none     none  none

GET /my/<number>                            go      own      go        go       go    go
GET /public/cases/<flow>/<number>           none    none     none      none     none  none
GET /receipt/<token>                        ok      ok       ok        ok       ok    ok
GET /follow/<token>                         ok      ok       ok        ok       ok    ok
GET /follow/<token>/<transition>            go      go       go        go       go    go
POST /follow/<token>/<transition>           reply   reply    reply     reply    reply reply
GET /follow/<token>/file/<int:which>        none    none     none      none     none  none
GET /follow/<token>/letter/<int:which>      none    none     none      none     none  none
GET /follow/<token>/letter/<int:which>.pdf  none    none     none      none     none  none
"""
"""Addresses about a case: `handler` has it now, `owner` has an action in it, `reporter` has sent it.

A `stranger` is staff with nothing to do in it: of another unit or area, without a case there, or with one no more; the
administrators too. Whoever holds the link's token is the reporter (`reply`: bad until the case is finished, then late).
"""

OF_ACTION = """
                                            visitor reporter classmate stranger owner handler
GET /actions/<number>                       login   no       no        none     ok    ok
GET /actions/<number>/<name>                login   no       no        none     form  form
POST /actions/<number>/<name>               login   no       no        none     press press
GET /api/v1/actions/<number>                key     no       no        none     ok    ok
GET /api/v1/actions/<number>/moves/<transition>   key no     no        none     asks  asks
POST /api/v1/actions/<number>/moves/<transition>  key no     no        none     sends sends
GET /api/v1/actions/<number>/files/<int:which>    key no     no        none     none  none
"""
"""Addresses about an action: `owner` has it (no more, once they have declined), `handler` has its case."""

PARTIES = {
    "anyone": "everybody, at the submit page and for programs: no case is there yet",
    "reporter": "whoever holds the follow link's token; never through an account's sight of a case",
    "handler": "who has the case now, by function",
    "intake": "the desk: sees a case only while it is the case's handler",
    "owner": "who has the action; of its case they see number, unit and area",
    "recipients": "who was informed by mail: no access",
    "quality_contact": "reads reports",
    "hse_coordinator": "reads reports",
    "dean": "reads reports",
}
"""Every party that the routine names as somebody who may do or see something, and what it comes to here."""


def _rows(text):
    head, *lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    return {f"{method} {rule}": dict(zip(head, cells, strict=True)) for method, rule, *cells in lines}


TABLES = {"alone": _rows(ALONE), CASE: _rows(OF_CASE), ACTION: _rows(OF_ACTION)}


def row(about, method, rule):
    """The row of an address; None where the table has none."""
    name = f"{method} {rule}"
    fits = (each for each in TABLES[about] if name == each or (each[-1] == "*" and name.startswith(each[:-1])))
    return TABLES[about].get(next(fits, None))


def rank(who):
    """What somebody counts as where no case is asked about."""
    return next(name for name, those in RANKS.items() if who in those)


def handler_of(kind, state):
    """Who has a case: the desk's are those that came in and those it rejected."""
    if kind == "handed":
        return "hse"
    return "desk" if state in ("received", "rejected") else kind


def is_to_case(who, kind, state):
    """What somebody is to a case of that kind in that state."""
    known = {"visitor": "visitor", "student": "reporter", "classmate": "classmate", handler_of(kind, state): "handler"}
    if state == "with_actions":
        known[OWNERS[kind]] = "owner"
    return known.get(who, "stranger")


def is_to_action(who, kind, state):
    """What somebody is to an action of that kind in that state."""
    known = {"visitor": "visitor", "student": "reporter", "classmate": "classmate", kind: "handler"}
    if state != "declined":
        known[OWNERS[kind]] = "owner"
    return known.get(who, "stranger")


def is_theirs(flow, move, state, relation):
    """Whether the routine declares the move as theirs from there."""
    declared = MOVES[flow].get(move)
    parties = {relation, "intake"} if relation == "handler" and state == "received" else {relation}
    return declared is not None and state in declared.states and bool(declared.by & parties)


def of_move(word, flow, move, state, relation):
    """The answer that one of the table's words for moves comes to."""
    theirs = is_theirs(flow, move, state, relation)
    if word == "reply":
        return "bad" if is_theirs(flow, move, state, "reporter") else "late"
    if word in ("form", "asks") and theirs:
        return "ok"
    if word in ("press", "sends") and theirs:
        return "bad" if MOVES[flow][move].asked else {"press": "go", "sends": "ok"}[word]
    there = word in ("asks", "sends") and move in MOVES[flow]
    return "422" if there else "none"


WORDS = ("form", "press", "asks", "sends", "reply")


def agrees(answer, declared):
    """Whether an answer is the declared one."""
    return answer not in ("login", "no", "500") if declared == "in" else answer == declared


assert sorted(who for those in RANKS.values() for who in those) == sorted(PEOPLE)
