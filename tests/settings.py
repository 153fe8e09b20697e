"""Settings for tests: development's, whichever way pytest was called, with what makes tests quick.

A module of its own because pytest-django reads the settings before it reads any conftest.
"""

import os

os.environ.setdefault("EVENHAND_ENV", "development")

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Each test client has middleware of its own, which would list every static file again.
WHITENOISE_AUTOREFRESH = True

# Tests make their database as its owner, and lay that down in tests/database.py.
if DATABASE_OWNER:  # noqa: F405
    DATABASES["default"] |= {key: DATABASE_OWNER[key] for key in ("USER", "PASSWORD")}  # noqa: F405

# Several runs at once each name their own database.
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("EVENHAND_TEST_DB") or None}  # noqa: F405

# The room saves and retries as in life, only sooner: a browser test should not wait for people's pauses.
SAVING = {"idle": 150, "most": 500, "timeout": 5000, "retry_first": 150, "retry_most": 1000}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
