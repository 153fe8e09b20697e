"""Where people reach this Evenhand, for links in mails and from the command line, where no request says it."""

from django.conf import settings


def base_url():
    """`https://host`, no slash at the end: EVENHAND_URL, or the most likely one: `make run`'s in development, else the
    first host by name."""
    if settings.EVENHAND_URL:
        return settings.EVENHAND_URL.rstrip("/")
    if settings.DEVELOPMENT:
        return "http://localhost:8000"
    hosts = [host for host in settings.ALLOWED_HOSTS if not host.startswith(("*", "."))]
    return f"https://{hosts[0]}" if hosts else "https://localhost"
