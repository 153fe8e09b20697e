"""Settings, all from the environment.

`EVENHAND_ENV` is `production` unless set; only manage.py, make and pytest set `development` when it is
unset. Production refuses to start without SECRET_KEY, ALLOWED_HOSTS and DATABASE_URL. Reading this module
starts nothing: the embedded PostgreSQL of development is started by manage.py and pytest.
"""

from pathlib import Path
from urllib.parse import unquote

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import devpostgres

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

ENVIRONMENT = env.str("EVENHAND_ENV", default="production")
if ENVIRONMENT not in ("production", "development"):
    raise ImproperlyConfigured(f"EVENHAND_ENV is {ENVIRONMENT!r}; set it to production or development.")
DEVELOPMENT = ENVIRONMENT == "development"
DEBUG = False if not DEVELOPMENT else env.bool("DEBUG", default=False)


def names_in(variable):
    """What the variable lists, separated by commas: without spaces around, in lower case, nothing empty."""
    return [name.strip().lower() for name in env.list(variable, default=[]) if name.strip()]


def required(name, what):
    """The variable's value, or a refusal that says what to set and why."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. In production Evenhand needs it: {what} "
            "(On your own machine, set EVENHAND_ENV=development instead.)"
        )
    return value


if DEVELOPMENT:
    SECRET_KEY = env.str("SECRET_KEY", default="development-only-" + "0" * 48)
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
else:
    SECRET_KEY = required("SECRET_KEY", "a random string of at least 50 characters that signs sessions.")
    required("ALLOWED_HOSTS", "the host names people use, separated by commas.")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
    required("DATABASE_URL", "postgres://user:password@host:5432/name of a PostgreSQL 15 to 18.")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # earlier ones, while they are replaced


def database_of(variable):
    """Django's settings of the database that the variable's URL names."""
    database = env.db_url(variable)
    if database["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{variable} must start with postgres://. Evenhand runs on PostgreSQL only.")
    # A socket's folder stands percent-encoded where the host would.
    return {"OPTIONS": {}} | database | {"HOST": unquote(database["HOST"])}


# One role serves; the other owns the tables, and is known where migrations run. See config/database_roles.py.
DATABASE_OWNER = None
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": database_of("DATABASE_URL")}
    if env.str("DATABASE_OWNER_URL", default=""):
        DATABASE_OWNER = database_of("DATABASE_OWNER_URL")
        if DATABASE_OWNER["NAME"] != DATABASES["default"]["NAME"]:
            raise ImproperlyConfigured("DATABASE_URL and DATABASE_OWNER_URL must name the same database.")
else:
    DATABASES = {"default": devpostgres.settings_for(BASE_DIR)}
    DATABASE_OWNER = DATABASES["default"] | {"USER": devpostgres.OWNER}
DATABASE_SERVING = {key: DATABASES["default"][key] for key in ("USER", "PASSWORD")}
DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
DATABASES["default"]["OPTIONS"] = DATABASES["default"]["OPTIONS"] | {
    "pool": {"min_size": 2, "max_size": env.int("DB_POOL_SIZE", default=10), "timeout": 5}
}

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "accounts.apps.AccountsConfig",
    "questionbank",
    "interviews",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "config.apps.CollectedFiles",
    "django.forms",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "accounts.apps.SessionsConfig",
    "csp",
]

MIDDLEWARE = [
    "config.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.LoginRequiredMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "accounts.middleware.PrivateResponseMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

_LOADERS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.navigation",
                "interviews.context.saving",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)],
                )
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "interviews:today"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # in our words: accounts/notices.py
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.tokens.ResetTokenGenerator"  # noqa: S105, a path
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.PasswordAgainForm",
}
# A second factor: passkeys, an app with codes, and recovery codes. Asked of the roles named in MFA_REQUIRED_ROLES.
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Evenhand"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the invitation was mailed to the address
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEVELOPMENT
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
    "activate_totp": "accounts.forms.FirstCodeForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.RenamePasskeyForm",
}
MFA_REQUIRED_ROLES = names_in("MFA_REQUIRED_ROLES")  # unknown ones are refused in accounts/apps.py
# Single sign-on over OpenID Connect, with any provider: three settings switch it on, a fourth names it on the sign-in page.
# Who is invited or here already gets in; from OIDC_JOIN_DOMAINS anybody, without a role until an administrator gives one.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
OIDC_NAME = env.str("OIDC_NAME", default="") or _("your company’s account")
OIDC_JOIN_DOMAINS = names_in("OIDC_JOIN_DOMAINS")
# For a provider that says nothing of addresses being verified, such as Entra of one's own tenant: whoever may choose their
# address there signs in here as anybody.
OIDC_ADDRESSES_VERIFIED = env.bool("OIDC_ADDRESSES_VERIFIED", default=False)
SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on.SocialAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": OIDC_NAME,
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}
SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
EMAIL_BACKEND = (
    "django.core.mail.backends.console.EmailBackend"
    if DEVELOPMENT
    else env.str("EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
)
if not DEVELOPMENT and env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 10  # seconds: a mail server that does not answer holds up nobody for longer
EVENHAND_URL = env.str("EVENHAND_URL", default="")  # for links in mails; see config/address.py
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Evenhand <evenhand@localhost>")

# Language and time: stored in UTC, shown in each user's zone
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = None if DEVELOPMENT else BASE_DIR / "staticfiles"  # development reads the sources
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "config.staticfiles.ManifestStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = DEVELOPMENT
WHITENOISE_AUTOREFRESH = DEBUG

# The database cache is shared by all processes, as rate limits need. At the default of 300 entries, a flood of
# sign-ins under made-up names would push out the very counts that limit it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "accounts.views.errors.csrf_failure"
# A pasted or uploaded document may have 10 MB; the reader refuses larger ones in words.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
if not DEVELOPMENT:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    BEHIND_PROXY = env.bool("BEHIND_PROXY", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
    # How many proxies in a row add to X-Forwarded-For. With fewer than there are, rate limits by address would count
    # everybody behind them as one; with more, anybody could write their own address there.
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1) if BEHIND_PROXY else 0
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000)
    # A promise for a whole domain is its owner's to make: by default it is for this host only.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
    SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    CSRF_TRUSTED_ORIGINS = env.list(
        "CSRF_TRUSTED_ORIGINS", default=[f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]
    )

# How soon a page sends what was typed, in milliseconds: after the last key, at most after, and when sending fails.
SAVING = {"idle": 1000, "most": 3000, "timeout": 15_000, "retry_first": 1000, "retry_most": 30_000}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
