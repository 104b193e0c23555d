"""Settings: every one has a default that works, and an environment variable of its name overrides it."""

import os
from datetime import timedelta
from pathlib import Path

VERSION = "0.1.0"
ROOT = Path(__file__).parent
# The folder under routines/ that the demo starts with; each has a database of its own. Empty = the file in front.
ROUTINE = os.environ.get("ROUTINE", "")
ROUTINE_DIR = ROOT / "routines" / (ROUTINE or "ntnu")
VAR = Path(os.environ.get("VAR_DIR", ROOT / "var" / ROUTINE))

PORT = int(os.environ.get("PORT", "8080"))
BASE_URL = os.environ.get("BASE_URL", f"http://localhost:{PORT}")
# Processes of one gunicorn, of eight threads each. More than one wants PostgreSQL.
WEB_PROCESSES = int(os.environ.get("WEB_PROCESSES", "1"))
DEMO = os.environ.get("DEMO", "1") == "1"

SECRET_KEY = os.environ.get("SECRET_KEY", "")
# Secrets that were changed, newest first, with blanks between: they open old follow links and prove old journal rows.
SECRET_KEY_OLD = tuple(os.environ.get("SECRET_KEY_OLD", "").split())
DATABASE_URL = os.environ.get("DATABASE_URL", f"sqlite:///{VAR / 'avviksflyt.db'}").replace(
    "postgresql://", "postgresql+psycopg://", 1
)
# PostgreSQL: connections that a process keeps, and how many more it may make; seconds until one is made anew (-1 =
# never); whether one is tried before it is used.
DATABASE_POOL_SIZE = int(os.environ.get("DATABASE_POOL_SIZE", "5"))
DATABASE_POOL_OVERFLOW = int(os.environ.get("DATABASE_POOL_OVERFLOW", "10"))
DATABASE_POOL_RECYCLE = int(os.environ.get("DATABASE_POOL_RECYCLE", "-1"))
DATABASE_PRE_PING = os.environ.get("DATABASE_PRE_PING", "1") == "1"
# Whether PostgreSQL keeps statements that come again; a pooler by transaction, such as PgBouncer, may not bear it.
DATABASE_PREPARED = os.environ.get("DATABASE_PREPARED", "1") == "1"
# Seconds after which PostgreSQL gives a statement up; 0 = never.
DATABASE_STATEMENT_TIMEOUT = float(os.environ.get("DATABASE_STATEMENT_TIMEOUT", "0"))
# A streaming replica that reports and files are read from, unless it is more than so many seconds behind. Empty = none.
REPLICA_URL = os.environ.get("REPLICA_URL", "").replace("postgresql://", "postgresql+psycopg://", 1)
REPLICA_BEHIND = float(os.environ.get("REPLICA_BEHIND", "60"))
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "")
CELERY_QUEUE = os.environ.get("CELERY_QUEUE", "avviksflyt")
WORKFLOW_FILE = Path(
    os.environ.get("WORKFLOW_FILE", ROUTINE_DIR / "workflow.yaml" if ROUTINE else ROOT / "workflow.yaml")
)
ORGANISATION_FILE = Path(os.environ.get("ORGANISATION_FILE", ROUTINE_DIR / "data.yaml"))

# Where the foot of every page leads for the routine (empty = our own /routine), and the page that one refers to.
ROUTINE_URL = os.environ.get("ROUTINE_URL", "")
ROUTINE_BASIS = os.environ.get(
    "ROUTINE_BASIS",
    "" if ROUTINE else "https://i.ntnu.no/wiki/-/wiki/Norsk/F%C3%B8lge+opp+avvik+-+kvalitetssystem+for+utdanning",
)

SMTP_URL = os.environ.get("SMTP_URL", "")
DEMO_SMTP_PORT = int(os.environ.get("DEMO_SMTP_PORT", "0"))
MAIL_FROM = os.environ.get("MAIL_FROM", "avviksflyt@localhost")
ADMIN_MAIL = os.environ.get("ADMIN_MAIL", "")
# Who gets the end of the journal's chain by mail, once a day; empty = nobody.
ANCHOR_MAIL = os.environ.get("ANCHOR_MAIL", "")
# The virus scanner: clamd at tcp://host:port or unix:///path. Empty = files are not scanned.
CLAMD_URL = os.environ.get("CLAMD_URL", "")
WORKER = os.environ.get("WORKER", "embedded")

# Whether a draft of the routine must be approved by an administrator who didn't make it.
FOUR_EYES = os.environ.get("FOUR_EYES", "0") == "1"

LANGUAGES = ("nb", "nn", "en")
BABEL_DEFAULT_LOCALE = os.environ.get("DEFAULT_LANGUAGE", "nb")
TIMEZONE = os.environ.get("TIMEZONE", "Europe/Oslo")

# Cookies go over TLS alone, and are named __Host-..., where the product's address begins with https.
SESSION_COOKIE_SECURE = os.environ.get("SESSION_COOKIE_SECURE", str(int(BASE_URL.startswith("https://")))) == "1"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
# A login ends after so many hours whatever happens, and after so many minutes in which nothing happens.
PERMANENT_SESSION_LIFETIME = timedelta(hours=float(os.environ.get("PERMANENT_SESSION_LIFETIME", "10")))
SESSION_IDLE = timedelta(minutes=float(os.environ.get("SESSION_IDLE", "120")))
# How passwords are hashed, in Werkzeug's words; the rest of Flask-AppBuilder follows it, too.
FAB_PASSWORD_HASH_METHOD = os.environ.get("PASSWORD_HASH_METHOD", "scrypt")
# Whether everybody with a password that is kept here must log in with a code as well; whoever wants one may, anyway.
SECOND_FACTOR = os.environ.get("SECOND_FACTOR", "0" if DEMO else "1") == "1"
# Login by OpenID Connect, in front of local passwords; no issuer = off.
OIDC_ISSUER = os.environ.get("OIDC_ISSUER", "")
OIDC_CLIENT_ID = os.environ.get("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = os.environ.get("OIDC_CLIENT_SECRET", "")
OIDC_NAME = os.environ.get("OIDC_NAME", "Feide")
OIDC_SCOPES = os.environ.get("OIDC_SCOPES", "openid profile email")
# The claim by which a first login finds somebody who is here already (empty = nobody), and the one with their kind.
OIDC_MATCH = os.environ.get("OIDC_MATCH", "eduPersonPrincipalName")
OIDC_KIND = os.environ.get("OIDC_KIND", "")
# What a program says that may read /metrics; empty = there is no such page.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
# Who takes traces, such as http://collector:4318; empty = nobody, and OpenTelemetry needn't be installed.
OTEL_EXPORTER_OTLP_ENDPOINT = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))

MAX_CONTENT_LENGTH = 40_000_000
MAX_FORM_MEMORY_SIZE = 500_000
MAX_FORM_PARTS = 1_000

RATELIMIT_ENABLED = os.environ.get("RATELIMIT_ENABLED", "1") == "1"
# Where tries are counted: our own database, which every process shares; or redis://, or memory:// for each process.
RATELIMIT_STORAGE_URI = os.environ.get("RATELIMIT_STORAGE_URI", "database://")
SUBMIT_LIMIT = os.environ.get("SUBMIT_LIMIT", "600 per hour" if DEMO else "30 per hour")
# Seconds under which a report counts as a machine's. Off by default: a person with a filled-in form is fast, too.
SUBMIT_SECONDS = float(os.environ.get("SUBMIT_SECONDS", "0"))
# Reports that look like a machine's wait for a person: for so many days, and so many of them at the most.
HELD_DAYS = int(os.environ.get("HELD_DAYS", "30"))
HELD_MOST = int(os.environ.get("HELD_MOST", "2000"))
# How long a program's token counts; logging out and a new password end it sooner.
API_TOKEN_MINUTES = int(os.environ.get("API_TOKEN_MINUTES", "60"))
LOGIN_LIMIT = os.environ.get("LOGIN_LIMIT", "10 per 5 minutes")
# Ways to the login provider and files from one address: many people may sit behind it.
OIDC_LIMIT = os.environ.get("OIDC_LIMIT", "120 per 5 minutes")
UPLOAD_LIMIT = os.environ.get("UPLOAD_LIMIT", "200 per hour")

# Under attack: on for good by this setting; an administrator can begin it, too, for some hours.
ATTACK_MODE = os.environ.get("ATTACK_MODE", "0") == "1"
ATTACK_SUBMIT_LIMIT = os.environ.get("ATTACK_SUBMIT_LIMIT", "10 per hour")
ATTACK_LOGIN_LIMIT = os.environ.get("ATTACK_LOGIN_LIMIT", "5 per 5 minutes")
ATTACK_OIDC_LIMIT = os.environ.get("ATTACK_OIDC_LIMIT", "60 per 5 minutes")
ATTACK_UPLOAD_LIMIT = os.environ.get("ATTACK_UPLOAD_LIMIT", "20 per hour")
# The work that a browser does then for each report: 2 to this power tries on average. A report waits so many
# seconds for it, and the work is too old after so many minutes.
PROOF_BITS = int(os.environ.get("PROOF_BITS", "16"))
PROOF_SECONDS = float(os.environ.get("PROOF_SECONDS", "30"))
PROOF_MINUTES = float(os.environ.get("PROOF_MINUTES", "120"))
