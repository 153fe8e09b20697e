"""The application as it is, on a database of its own, with the baselines mounted beside it."""

import os

os.environ.setdefault("EVENHAND_ENV", "development")

from config.settings import *  # noqa: F403

DATABASES["default"]["NAME"] = "evenhand_bench"  # noqa: F405
ROOT_URLCONF = "tests.bench.urls"
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
