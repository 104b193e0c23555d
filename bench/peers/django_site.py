"""Django's admin as it generates its screens, plain or tuned (BENCH_TUNED); with django-fsm-2. Settings included."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings

from bench import counting
from bench.peers.settings import ACCOUNT, PASSWORD, PRAGMAS, SECRET

ADDRESS = os.environ["BENCH_DB"]
CONTRIB = ("admin", "auth", "contenttypes", "sessions", "messages")
MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
)
PROCESSORS = (
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
)


def _database() -> dict[str, Any]:
    if ADDRESS.startswith("sqlite"):
        begun = "; ".join(f"PRAGMA {pragma}" for pragma in PRAGMAS) + ";"
        options = {"transaction_mode": "IMMEDIATE", "timeout": 10, "init_command": begun}
        name = ADDRESS.removeprefix("sqlite:///")
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options}
    parts = urlsplit(ADDRESS)
    where = {"NAME": parts.path[1:], "USER": parts.username, "PASSWORD": parts.password or ""}
    return {"ENGINE": "django.db.backends.postgresql", "HOST": parts.hostname, "PORT": parts.port or 5432, **where}


settings.configure(
    SECRET_KEY=SECRET,
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="bench.peers.django_pages",
    DATABASES={"default": {**_database(), "CONN_MAX_AGE": None}},
    USE_TZ=False,
    STATIC_URL="/static/",
    INSTALLED_APPS=[
        *(f"django.contrib.{name}" for name in CONTRIB),
        "django_fsm",
        "bench.peers.django_cases.apps.Cases",
    ],
    MIDDLEWARE=list(MIDDLEWARE),
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": list(PROCESSORS)},
        }
    ],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from django.contrib.auth.models import Permission, User  # noqa: E402 - Django has to be set up before
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

call_command("migrate", verbosity=0)
if not User.objects.filter(username=ACCOUNT).exists():
    user = User.objects.create_user(ACCOUNT, password=PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_case", "view_event", "view_action"]))
product = get_wsgi_application()


def _counted(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    with counting.django():
        return product(environ, start)


app = counting.told(_counted)
