"""Settings of the test suite. `./dev test` prepares the database and hands over its addresses."""

import base64
import os

os.environ.setdefault("SECRET_KEY", "the-test-suite-signs-nothing-that-anyone-keeps")
os.environ.setdefault("DATABASE_URL", "postgres://poverty_app@127.0.0.1:1/none")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")
os.environ.setdefault("FIELD_KEYS", "{}")

from .base import *  # noqa: F403
from .base import LOGGING

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
INSTALL_TOKEN = "test-install"  # noqa: S105
REFERENCE_DATE = None
DEMO_SCALE = 0
SECOND_FACTOR_REQUIRED = False
PASSWORD_CHANGE_REQUIRED = False

# Fixed, so that blind indexes in expected results can be written down.
FIELD_CIPHER = "aes-gcm"
FIELD_HASH = "sha256"
FIELD_KEYS = {
    "seal": {"active": "t1", "keys": {"t1": base64.b64encode(b"test seal key, 32 bytes of text.").decode()}},
    "index": {
        kind: {
            "active": "t1",
            "keys": {"t1": base64.b64encode(f"test index {kind}".ljust(32, ".").encode()).decode()},
        }
        for kind in ("citizen", "disability", "phone", "bank")
    },
}

# Argon2 takes half a second a call, on purpose; a suite signs in thousands of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Messages go nowhere: a test calls the task's function, or starts a worker of its own with REDIS_URL.
CELERY_BROKER_URL = "memory://"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

WHITENOISE_AUTOREFRESH = True
LOGGING["root"]["level"] = "ERROR"
LOGGING["loggers"]["django"]["level"] = "ERROR"
TOKEN_REQUESTS_PER_MINUTE = 10_000
