"""Settings of `./dev run` and `./dev manage`: the whole platform on one machine, from this checkout."""

from .base import *  # noqa: F403
from .base import LOGGING, env

# Off by default, so that what a newcomer sees is the product, error pages included. DEBUG=1 is for programming.
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]

# Static files straight from where they lie: nothing to collect before a page can be served.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

LOGGING["root"]["level"] = env.str("LOG_LEVEL", default="WARNING")
LOGGING["loggers"]["django"]["level"] = env.str("LOG_LEVEL", default="WARNING")
DEMO_MODE = True
