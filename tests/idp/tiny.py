"""A provider that says whatever a test wants it to say, over HTTP: allauth's own, beside, would never be as rude."""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit


class Provider:
    """`claims` is what it says of whoever comes; `configuration` overrides what it says of itself.

    One server, two origins: it is asked at `http://127.0.0.1:PORT`, and people are sent to `http://localhost:PORT`, from
    there through the first, and back.
    """

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.door = f"http://localhost:{port}"
        self.claims, self.configuration, self.asked = {}, {}, []

    def answer(self, address):
        """`(status, headers, JSON)`"""
        parts = urlsplit(address)
        self.asked.append(parts.path)
        if parts.path == "/authorize":
            return 302, {"Location": f"{self.url}/upstream?{parts.query}"}, None
        if parts.path == "/upstream":
            sent = parse_qs(parts.query)
            back = urlencode({"code": "c", "state": sent["state"][0]})
            return 302, {"Location": f"{sent['redirect_uri'][0]}?{back}"}, None
        known = {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "authorization_endpoint": f"{self.door}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/me",
                "jwks_uri": f"{self.url}/keys",
            }
            | self.configuration,
            "/token": {"access_token": "t", "token_type": "Bearer"},
            "/me": self.claims,
        }
        return (200, {}, known[parts.path]) if parts.path in known else (404, {}, None)


@contextlib.contextmanager
def tiny_provider(settings, **claims):
    """A `Provider` that Evenhand knows, while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, content = provider.answer(self.path)
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json"} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        do_POST = do_GET

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = Provider(server.server_port)
        provider.claims = {"sub": "1", "email": "ada@example.test", "email_verified": True, "name": "Ada"} | claims
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        known_to(settings, provider.url)
        try:
            yield provider
        finally:
            server.shutdown()


def known_to(settings, url, secret="of both"):
    """Evenhand's settings name the provider at this address."""
    settings.OIDC_SERVER_URL, settings.OIDC_NAME = url, "Example account"
    app = {"provider_id": "sso", "name": "Example account", "client_id": "evenhand", "secret": secret}
    app["settings"] = {"server_url": url}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
