"""The ASGI application. Production unless EVENHAND_ENV says otherwise."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()

# A production server without its database, or with one that may forget, refuses at its start, not at the first request.
if not settings.DEVELOPMENT:
    connection.ensure_connection()
    connection.close()
