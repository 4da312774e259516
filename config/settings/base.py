"""Settings common to development, tests and production.

Every outside value is read here, once, through a typed reader: a missing or malformed one stops the start.
A secret may come from NAME or from the file named by NAME_FILE. `dev`, `test` and `prod` add what differs.
"""

import datetime
import ipaddress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pghistory
import pgtrigger
from django.utils.translation import gettext_lazy as _

from config.environment import env
from config.settings.answers import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# --- Identity of this installation -----------------------------------------------------------------------------------

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Returned by /healthz/, so that a start script can tell our page from another program's on the same port.
INSTALL_TOKEN = env.str("INSTALL_TOKEN", default="")
# How many proxies of ours stand before the application; the client's address is read from that far to the right.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

# --- Applications ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # The floors: an app imports only from those above it in this list.
    "apps.common",
    "apps.divisions",
    "apps.access",
    "apps.history",
    "apps.pages",
    "apps.accounts",
    "apps.households",
    "apps.datasets",
    "apps.partners",
    "apps.villages",
    "apps.cadres",
    "apps.visits",
    "apps.measures",
    "apps.notices",
    "apps.funds",
    "apps.crosschecks",
    "apps.inspections",
    "apps.problems",
    "apps.complaints",
    "apps.assessments",
    "apps.publicsite",
    "apps.dashboards",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "guardian",
    "oauth2_provider",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    # First: whatever happens to a request happens under its id.
    "apps.history.middleware.OriginMiddleware",
    "apps.pages.headers.BrowserHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    # Before session and account: the public site knows neither.
    "apps.publicsite.middleware.PublicSiteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before anything reads a body.
    "apps.pages.body_limits.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "apps.accounts.middleware.AccountMiddleware",
    "apps.pages.languages.LanguageMiddleware",
    "apps.accounts.middleware.SessionLimitMiddleware",
    # A view is closed to strangers unless it says otherwise (login_not_required).
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    # One transaction with the user's scope around the view and the rendering of its template.
    "apps.access.middleware.ScopeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.pages.context.shell",
                "apps.accounts.context.account",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database --------------------------------------------------------------------------------------------------------

# Three roles on one database. "default" is poverty_app: it owns nothing, and row-level security holds for it. "owner"
# is poverty_owner: migrations and re-coding connect as it; a web process in production is not given it at all. "public"
# is poverty_public, which the public site alone connects as: it reads what was published, and nothing else.
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", engine="apps.access.backend"),
}
if env.str("DATABASE_OWNER_URL", default=""):
    DATABASES["owner"] = env.db_url("DATABASE_OWNER_URL", engine="apps.access.backend")
if env.str("DATABASE_PUBLIC_URL", default=""):
    DATABASES["public"] = env.db_url("DATABASE_PUBLIC_URL", engine="django.db.backends.postgresql")
# An address may leave the password out and have it come from a file of its own.
for _alias, _name in (
    ("default", "DATABASE_PASSWORD"),
    ("owner", "DATABASE_OWNER_PASSWORD"),
    ("public", "DATABASE_PUBLIC_PASSWORD"),
):
    if _alias in DATABASES and env.str(_name, default=""):
        DATABASES[_alias]["PASSWORD"] = env.str(_name)
for _database in DATABASES.values():
    # A transaction-pooling proxy may stand in between: no server-side prepared statements. Requests, commands and
    # tasks open their transaction together with their scope (apps.access), so ATOMIC_REQUESTS stays off.
    _database.setdefault("OPTIONS", {})["prepare_threshold"] = None
    _database["ATOMIC_REQUESTS"] = False
    _database["CONN_HEALTH_CHECKS"] = True

# The role that web, workers and commands connect as; migrations withdraw from it what it must not do.
DATABASE_APP_ROLE = "poverty_app"
# The role that the public site connects as; migrations grant it what it may read.
DATABASE_PUBLIC_ROLE = "poverty_public"

PGHISTORY_LEVEL = pgtrigger.Statement
# The context (who, through what, why) is copied into each event: no second table to guard, nothing to join.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_APPEND_ONLY = True

# --- Queue and cache -------------------------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL")
if env.str("REDIS_PASSWORD", default=""):
    REDIS_URL = REDIS_URL.replace("://", f"://:{quote(env.str('REDIS_PASSWORD'), safe='')}@", 1)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "poverty",
    }
}

# The queue is a doorbell: jobs, attempts and leases live in PostgreSQL, a message carries only an id. So a message may
# be delivered twice or be lost with Redis, and results are of no use.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 14 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Four times the longest task; a message of a killed worker is looked for every ten seconds after that.
    "visibility_timeout": 4 * 15 * 60,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}

# --- Sign-in and sessions --------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "apps.access.backends.ScopedBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: no row stands for "nobody"
# guardian's backend is left out on purpose: grants are read by apps.access, the only judge of rights.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "apps.accounts.validators.CharacterClassesValidator"},
    {"NAME": "apps.accounts.validators.PersonalPasswordValidator"},
    {"NAME": "apps.accounts.validators.FormerPasswordValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign-in"

# Five failures for an account, wherever they come from, or twenty-five from one address, whatever the accounts, close
# it for a quarter of an hour. A whole office may share an address; what is done at a success is the guard's own.
AXES_HANDLER = "apps.accounts.lockout.Guard"
AXES_FAILURE_LIMIT = 5
ADDRESS_FAILURE_LIMIT = 25
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_USERNAME_CALLABLE = "apps.accounts.lockout.counted_name"
AXES_LOCKOUT_CALLABLE = "apps.accounts.lockout.own_answer"
AXES_COOLOFF_TIME = datetime.timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # sign-ins go to the platform's own log (apps.history)
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "apps.common.network.client_ip"
AXES_VERBOSE = False

SESSION_ENGINE = "apps.accounts.session_store"
# Both limits are kept by SessionLimitMiddleware: the cookie's age alone begins anew with every write of the session.
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_IDLE_SECONDS = 30 * 60
SESSION_IDLE_SECONDS_OF_ADMINISTRATORS = 15 * 60  # of the three administrators
SESSION_SAVE_EVERY_REQUEST = False
PASSWORD_MAX_DAYS = 90
ACCOUNT_UNUSED_DAYS = 90  # an account that nobody signed in to for so long is closed at night
RESET_SECONDS = 24 * 60 * 60  # within which another person confirms a reset
# Security keys sign for one name on the web (the "RP ID", a host name without port) and answer pages of these origins
# alone. Without a name there are none: an address made of numbers can have no keys.
SECURITY_KEY_HOST = env.str("SECURITY_KEY_HOST", default="")
SECURITY_KEY_ORIGINS = env.list(
    "SECURITY_KEY_ORIGINS", default=[f"https://{SECURITY_KEY_HOST}"] if SECURITY_KEY_HOST else []
)
HALF_SESSION_SECONDS = 5 * 60  # from the right password to the code
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token in hx-headers, API clients get it from session/
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "apps.pages.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Demonstration data carry ID numbers with the unassigned prefix 1599; nowhere else is it a known division.
DEMO_MODE = env.bool("DEMO_MODE", default=False)

# Second factor and forced password change are on everywhere but in the demo.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=True)
PASSWORD_CHANGE_REQUIRED = env.bool("PASSWORD_CHANGE_REQUIRED", default=True)

# --- Departments' clients (OAuth 2) -----------------------------------------------------------------------------------

OAUTH2_PROVIDER_APPLICATION_MODEL = "partners.Client"
OAUTH2_PROVIDER = {
    # Client credentials only; the other grants are not even known to the server behind the one address.
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "OAUTH2_VALIDATOR_CLASS": "apps.partners.oauth.ClientValidator",
    "SCOPES_BACKEND_CLASS": "apps.partners.oauth.ClientScopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 60 * 60,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    # RFC 9700; TOKEN_STORAGE keeps the checksum of a token and leaves the token itself out of the database.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}
# Asked for by one address in a minute; each failure costs the server a slow hash.
TOKEN_REQUESTS_PER_MINUTE = 30

# The platform's name in SPDCI messages (`receiver_id` of questions, `sender_id` of answers).
SPDCI_ID = env.str("SPDCI_ID", default="poverty-register")
# Networks beside the public ones that answers may be delivered to, such as the government's own; an authority beside
# the system's that certificates of receivers may come from.
CALLBACK_NETWORKS = [str(ipaddress.ip_network(one)) for one in env.list("CALLBACK_NETWORKS", default=[])]
CALLBACK_CA_FILE = env.str("CALLBACK_CA_FILE", default="")

# --- Personal numbers ------------------------------------------------------------------------------------------------

# {"seal": {"active": ID, "keys": {ID: BASE64}}, "index": {KIND: {"active": ID, "keys": {ID: BASE64}}}}, 32 bytes each;
# KIND is citizen, disability, phone, bank. They never go into the database or its backup.
FIELD_KEYS = env.json("FIELD_KEYS")
FIELD_CIPHER = env.str("FIELD_CIPHER", default="aes-gcm", choices=("aes-gcm", "sm4-gcm"))
FIELD_HASH = env.str("FIELD_HASH", default="sha256", choices=("sha256", "sm3"))

# --- Audit -----------------------------------------------------------------------------------------------------------

# Where the heads of the access log's chains are written every hour, better another machine's disk; empty: the log only.
AUDIT_ANCHOR_FOLDER = env.str("AUDIT_ANCHOR_FOLDER", default="")

# --- Exports ---------------------------------------------------------------------------------------------------------

# An export of more rows about households or persons waits for a second person (GB/T 35273-2020, 7.1).
EXPORT_APPROVAL_ROWS = env.int("EXPORT_APPROVAL_ROWS", default=5000)

# --- Languages, time -------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
# Mongolian is offered only when its catalogue has been reviewed by a speaker.
MONGOLIAN_REVIEWED = env.bool("MONGOLIAN_REVIEWED", default=False)
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英语"))]
if MONGOLIAN_REVIEWED:
    LANGUAGES.append(("mn", _("蒙古语")))
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
# "Today" for ages, deadlines and the night run. A demonstration register stands still at its own date.
REFERENCE_DATE = (
    datetime.date.fromisoformat(env.str("REFERENCE_DATE")) if env.str("REFERENCE_DATE", default="") else None
)
# A demonstration register is made up at 1 in so many of the real one, and says so on every page (decisions.md 9).
DEMO_SCALE = env.int("DEMO_SCALE", default=0)

# --- Files -----------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "apps.common.staticfinder.VendorFinder",
]
# Exports and staged imports; never served by path, only by a view that asks whose they are.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
FILE_UPLOAD_PERMISSIONS = 0o600
# The columnar snapshots of the night run, on a disk of this machine that is protected like the database's: they hold
# names, birth dates and illnesses, and no number. To ask them a process may take `SNAPSHOT_MEMORY`, then as much disk
# as `SNAPSHOT_SPILL` says, and for one rule no longer than `SNAPSHOT_SECONDS`: then PostgreSQL is asked.
SNAPSHOT_ROOT = Path(env.str("SNAPSHOT_ROOT", default=str(BASE_DIR / "snapshots")))
SNAPSHOT_MEMORY = env.str("SNAPSHOT_MEMORY", default="2GB")
SNAPSHOT_SPILL = env.str("SNAPSHOT_SPILL", default="20GB")
SNAPSHOT_SECONDS = env.int("SNAPSHOT_SECONDS", default=60)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Logs ------------------------------------------------------------------------------------------------------------

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "config.logs.JSONFormatter"},
        "plain": {"()": "config.logs.PlainFormatter", "format": "%(levelname)s %(name)s [%(request_id)s] %(message)s"},
    },
    "filters": {"request": {"()": "config.logs.RequestFilter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "axes": {"level": "WARNING"},
    },
}
