"""Settings of who comes in and how: read as people write them, refused where they would mean nothing."""

import json
import subprocess
import sys

import pytest

from config.settings import BASE_DIR

NAMES = ["MFA_REQUIRED_ROLES", "OIDC_JOIN_DOMAINS", "OIDC_ADDRESSES_VERIFIED", "ALLAUTH_TRUSTED_PROXY_COUNT"]
PROGRAM = (
    "import json, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'; import django; django.setup(); "
    f"from django.conf import settings; print(json.dumps([getattr(settings, name) for name in {NAMES!r}]))"
)
PRODUCTION = {
    "EVENHAND_ENV": "production",
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "evenhand.example.com",
    "DATABASE_URL": "postgres://evenhand@localhost/evenhand",
}


def started(**environment):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=PRODUCTION | environment, cwd=BASE_DIR, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("environment", "settings"),
    [
        ({}, [[], [], False, 1]),
        (
            {"MFA_REQUIRED_ROLES": "Administrator, hiring_manager,", "OIDC_JOIN_DOMAINS": " Example.org,example.com"},
            [["administrator", "hiring_manager"], ["example.org", "example.com"], False, 1],
        ),
        ({"OIDC_ADDRESSES_VERIFIED": "true", "TRUSTED_PROXIES": "2"}, [[], [], True, 2]),
        ({"BEHIND_PROXY": "false", "TRUSTED_PROXIES": "2"}, [[], [], False, 0]),
    ],
)
def test_settings_are_read_as_people_write_them(environment, settings):
    assert json.loads(started(**environment).stdout) == settings


def test_unknown_role_is_refused_at_the_start():
    run = started(MFA_REQUIRED_ROLES="admin, recruiter")

    assert run.returncode == 1
    assert run.stderr.strip().splitlines()[-1] == (
        "django.core.exceptions.ImproperlyConfigured: MFA_REQUIRED_ROLES names admin, which is no role. "
        "The roles are administrator, hiring_manager, interviewer, recruiter."
    )
