"""Django's sessions in the database; a cookie that was never one of ours is none."""

import re

from django.contrib.sessions.backends import db

KEY = re.compile(r"[a-z0-9]{8,40}")


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key):
        """Only what Django makes: PostgreSQL refuses a key that spells NUL, and would with it the whole request."""
        return bool(key and KEY.fullmatch(key))
