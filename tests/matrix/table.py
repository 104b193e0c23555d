"""Who gets which answer at which address: the whole permission matrix, to be read and disputed.

    ok    the page             go     led elsewhere      login  led to the login
    no    403                  none   404                not    405
    bad   400, the form again  late   409, it has moved  in     let in, whatever the answer
    503   says that no worker runs                          key  401: no token, and a cookie is none
    422   a program's move that isn't theirs from there

The first row that fits decides. `*` stands for anything. Rows with `@quality` are about a case that waits for the
quality contact of IE, rows with `@other` about one that waits for the quality contact of IV; the action's owner is
asked about an action of theirs (@quality) and about somebody else's (@other).
"""

from fnmatch import fnmatchcase

from tests.matrix.world import PEOPLE

TABLE = """
                                  visitor student desk  quality other hse   owner admin
GET /                             ok      ok      ok    ok      ok    ok    ok    ok
POST /                            bad     bad     bad   bad     bad   bad   bad   bad
GET /door/<name>                  go      go      go    go      go    go    go    go
GET /routine                      ok      ok      ok    ok      ok    ok    ok    ok
GET /public/*                     none    none    none  none    none  none  none  none
GET /receipt/                     none    none    none  none    none  none  none  none
GET /receipt/<token>              ok      ok      ok    ok      ok    ok    ok    ok
GET /follow/                      ok      go      go    go      go    go    go    go
POST /follow/                     bad     bad     bad   bad     bad   bad   bad   bad
GET /follow/<token>               ok      ok      ok    ok      ok    ok    ok    ok
GET /follow/<token>/<transition>  go      go      go    go      go    go    go    go
POST /follow/<token>/<transition> late    late    late  late    late  late  late  late
GET /follow/<token>/file/<int:which> none none    none  none    none  none  none  none
GET /follow/<token>/letter/<int:which>* none none none none none none none none
GET /my/                          go      ok      ok    ok      ok    ok    ok    ok
GET /my/data.zip                  go      ok      ok    ok      ok    ok    ok    ok
GET /my/<number>                  go      go      go    go      go    go    go    go

GET /cases/                       login   no      ok    ok      ok    ok    ok    ok
GET /cases/export/*               login   no      ok    ok      ok    ok    ok    ok
GET /cases/<number>@quality       login   no      none  ok      none  none  none  none
GET /cases/<number>@other         login   no      none  none    ok    none  none  none
GET /cases/<number>/<name>@quality   login no     none  ok      none  none  none  none
GET /cases/<number>/<name>@other     login no     none  none    ok    none  none  none
POST /cases/<number>/<name>@quality  login no     none  late    none  none  none  none
POST /cases/<number>/<name>@other    login no     none  none    late  none  none  none
GET /cases/<number>/file/<int:which>@quality login no none none none none  none  none
GET /cases/<number>/file/<int:which>@other login no   none  none    none  none  none  none
GET /cases/<number>/letter/<int:which>@quality login no none none none none none none
GET /cases/<number>/letter/<int:which>@other login no none none none none none none
GET /cases/<number>/letter/<int:which>.pdf@quality login no none none none none none none
GET /cases/<number>/letter/<int:which>.pdf@other login no none none none none none none
POST /cases/<number>/reporter@quality login no    none  ok      none  none  none  none
POST /cases/<number>/reporter@other   login no    none  none    ok    none  none  none
GET /cases/<number>/remove-words@quality  login no none ok      none  none  none  none
GET /cases/<number>/remove-words@other    login no none none    ok    none  none  none
POST /cases/<number>/remove-words@quality login no none bad     none  none  none  none
POST /cases/<number>/remove-words@other   login no none none    bad   none  none  none

GET /actions/                     login   no      ok    ok      ok    ok    ok    ok
GET /actions/export/*             login   no      ok    ok      ok    ok    ok    ok
GET /actions/<number>@quality     login   no      none  ok      none  none  ok    none
GET /actions/<number>@other       login   no      none  none    ok    none  none  none
GET /actions/<number>/<name>@quality  login no    none  none    none  none  ok    none
GET /actions/<number>/<name>@other    login no    none  none    none  none  none  none
POST /actions/<number>/<name>@quality login no    none  none    none  none  late  none
POST /actions/<number>/<name>@other   login no    none  none    none  none  none  none

GET /reports/                     login   no      ok    ok      ok    ok    ok    ok
GET /held/                        login   no      ok    ok      ok    ok    ok    ok
POST /held/<int:pk>/*             login   no      none  none    none  none  none  none
GET /reports/<name>*              login   no      ok    ok      ok    ok    none  none

GET /api/v1/_openapi              ok      ok      ok    ok      ok    ok    ok    ok
POST /api/v1/security/login       bad     bad     bad   bad     bad   bad   bad   bad
POST /api/v1/security/logout      key     ok      ok    ok      ok    ok    ok    ok
GET /api/v1/routine               key     ok      ok    ok      ok    ok    ok    ok
GET /api/v1/cases                 key     no      ok    ok      ok    ok    ok    ok
POST /api/v1/cases                key     bad     bad   bad     bad   bad   bad   bad
GET /api/v1/cases/<number>@quality  key   no      none  ok      none  none  none  none
GET /api/v1/cases/<number>@other    key   no      none  none    ok    none  none  none
GET /api/v1/cases/<number>/moves/<transition>@quality  key no none ok none none none none
GET /api/v1/cases/<number>/moves/<transition>@other    key no none none ok none none none
POST /api/v1/cases/<number>/moves/<transition>@quality key no none bad none none none none
POST /api/v1/cases/<number>/moves/<transition>@other   key no none none bad none none none
GET /api/v1/cases/<number>/files/<int:which>*          key no none none none none none none
GET /api/v1/actions               key     no      ok    ok      ok    ok    ok    ok
GET /api/v1/actions/<number>@quality  key no      none  ok      none  none  ok    none
GET /api/v1/actions/<number>@other    key no      none  none    ok    none  none  none
GET /api/v1/actions/<number>/moves/<transition>@quality  key no none 422 none none ok none
GET /api/v1/actions/<number>/moves/<transition>@other    key no none none 422 none none none
POST /api/v1/actions/<number>/moves/<transition>@quality key no none bad none none bad none
POST /api/v1/actions/<number>/moves/<transition>@other   key no none none bad none none none
GET /api/v1/actions/<number>/files/<int:which>*          key no none none none none none none
GET /api/v1/reports               key     no      ok    ok      ok    ok    ok    ok
GET /api/v1/reports/<name>        key     no      ok    ok      ok    ok    none  none

GET /home/                        go      go      go    go      go    go    go    go
GET /login/                       ok      go      go    go      go    go    go    go
POST /login/                      ok      go      go    go      go    go    go    go
GET /login/oidc                   none    none    none  none    none  none  none  none
GET /login/oidc/back              none    none    none  none    none  none  none  none
GET /logout/                      ok      ok      ok    ok      ok    ok    ok    ok
POST /logout/                     go      go      go    go      go    go    go    go
GET /healthz                      503     503     503   503     503   503   503   503
GET /metrics                      in      in      in    in      in    in    in    in
GET /demo/mail                    ok      ok      ok    ok      ok    ok    ok    ok
GET /demo/mail/<name>             none    none    none  none    none  none  none  none

* /users/userinfo/                login   ok      ok    ok      ok    ok    ok    ok
* /userinfoeditview/form          login   ok      ok    ok      ok    ok    ok    ok
* /resetmypassword/form           login   ok      ok    ok      ok    ok    ok    ok
* /resetpassword/form             login   no      no    no      no    no    no    in
* /users/*                        login   no      no    no      no    no    no    in
* /roles/*                        login   no      no    no      no    no    no    in
* /groups/*                       login   no      no    no      no    no    no    in
* /permissionviews/*              login   no      no    no      no    no    no    in
GET /studio/coverage/             login   no      no    no      no    no    no    ok
POST /studio/coverage/            login   no      no    no      no    no    no    bad
GET /studio/explain/              login   no      no    no      no    no    no    ok
GET /studio/                      login   no      no    no      no    no    no    ok
POST /studio/check                login   no      no    no      no    no    no    go
POST /studio/mails                login   no      no    no      no    no    no    go
GET /studio/operations/           login   no      no    no      no    no    no    ok
POST /studio/operations/attack    login   no      no    no      no    no    no    bad
POST /studio/operations/retry     login   no      no    no      no    no    no    bad
POST /studio/operations/release   login   no      no    no      no    no    no    go
GET /studio/scenarios/            login   no      no    no      no    no    no    ok
POST /studio/scenarios/           login   no      no    no      no    no    no    late
POST /studio/scenarios/check      login   no      no    no      no    no    no    ok
* /studio/*                       login   no      no    no      no    no    no    in
"""


def _rows():
    head, *lines = [line.split() for line in TABLE.strip().splitlines() if line.strip()]
    assert head == list(PEOPLE)
    for method, rule, *cells in lines:
        yield f"{method} {rule}", dict(zip(PEOPLE, cells, strict=True))


ROWS = dict(_rows())


def expected(method, rule, kind, who):
    """The declared answer; None where the table has no row for this address."""
    names = (f"{method} {rule}@{kind}", f"{method} {rule}")
    for pattern, cells in ROWS.items():
        # Only a star makes a pattern of a row: the other signs of fnmatch stand in addresses as they are.
        if pattern in names or ("*" in pattern and any(fnmatchcase(name, pattern) for name in names)):
            return cells[who]
    return None


def agrees(answer, declared):
    """Whether an answer is the declared one."""
    return answer not in ("login", "no", "500") if declared == "in" else answer == declared
