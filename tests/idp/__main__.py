"""An OpenID Connect provider to sign in with: allauth's own, in a process and a database of its own.

`python -m tests.idp --port N --client ADDRESS` serves it at `http://localhost:N`; it knows one client, `evenhand`, and signs
in whoever asks for `/as/ADDRESS/` (`/as/ADDRESS/unverified/`: with an address that it does not vouch for). Prints `ready`.
"""

import argparse
import tempfile
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

SECRET = "known to both"


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.idp")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--client", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        configure(Path(folder))
        prepare(options.client)
        from django.core.wsgi import get_wsgi_application

        app = get_wsgi_application()
        with make_server("127.0.0.1", options.port, app, server_class=Threaded, handler_class=Quiet) as server:
            print("ready", flush=True)
            server.serve_forever()


class Threaded(ThreadingMixIn, WSGIServer):
    """A connection that a browser opens and leaves idle holds up nobody."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


def configure(folder):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    settings.configure(
        SECRET_KEY="of a test",
        ALLOWED_HOSTS=["localhost"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "idp.sqlite3"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"],
        ROOT_URLCONF="tests.idp.urls",
        SESSION_COOKIE_NAME="idp_session",  # cookies of one host are shared by all its ports
        CSRF_COOKIE_NAME="idp_csrf",
        IDP_OIDC_PRIVATE_KEY=pem,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()


def prepare(address):
    from allauth.idp.oidc.models import Client
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    client = Client(
        id="evenhand",
        name="Evenhand",
        redirect_uris=f"{address}/accounts/sso/sso/back/",
        scopes="openid\nprofile\nemail",
        skip_consent=True,
    )
    client.set_secret(SECRET)
    client.save()


if __name__ == "__main__":
    main()
