"""The application as it is, with a hash of passwords that costs nothing: every run makes people of its own."""

from config.settings import *  # noqa: F403

# A browser waits as long as it does in life, only shorter: the client's one setting.
SAVING = {"idle": 300, "most": 900, "timeout": 3000, "retry_first": 200, "retry_most": 1500}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # the panels of made-up interviews have no mailboxes
