"""Django's settings, made from the instance's own (``aboveboard.toml``).
Nothing here is set by hand."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from aboveboard.accounts.limits import (
    SESSION_IDLE_STAFF,
    SIGN_IN_CODE_DIGITS,
    SIGN_IN_CODE_LIFE,
    SIGN_IN_CODE_TRIES,
    SIGN_IN_RATES,
)
from aboveboard.basics import logs
from aboveboard.basics import settings as instance
from aboveboard.site import limits

INSTANCE = instance.current()

PACKAGES = [
    "site",
    "portal",
    "console",
    "centre",
    "api",
    "banner",
    "recovery",
    "credentials",
    "adoption",
    "representation",
    "third_parties",
    "incidents",
    "rights",
    "discovery",
    "group",
    "campaigns",
    "custody",
    "connectors",
    "retention",
    "identity",
    "intake",
    "delivery",
    "website",
    "access",
    "choices",
    "vault",
    "accounts",
    "promise",
    "keys",
    "ledger",
    "outbox",
    "engines",
    "law",
    "kinds",
]
"""From the top of the design's order to its ground."""

INSTALLED_APPS = [
    # First, so that our templates are found before allauth's.
    *(f"aboveboard.{name}" for name in PACKAGES),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]


def _database(url: str, home: Path, pool: int) -> dict[str, Any]:
    if url.startswith("sqlite:"):
        return {
            # Kept open by each thread: closing the last one would fold the write-ahead log
            # back in, at every request.
            "CONN_MAX_AGE": None,
            "ENGINE": "django.db.backends.sqlite3",
            # rw, not rwc: a file that is gone is an error. An empty one made in its place
            # would look like an instance.
            "NAME": f"{(home / url.removeprefix('sqlite:')).as_uri()}?mode=rw",
            "OPTIONS": {
                # IMMEDIATE: a writer waits for its turn at BEGIN instead of failing half-way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: an entry is on the disk before its plaintext leaves (design, invariant 3).
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                ),
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": pool, "timeout": 10},
            # What is asked on the path of every use is planned once for each connection
            # (``basics.statements``).
            "prepare_threshold": 5,
            # So that the server's list of connections says which process each is of; a
            # restoration must be alone.
            "application_name": f"aboveboard-{os.getpid()}",
        },
    }


DATABASES = {"default": _database(INSTANCE.database.url, INSTANCE.home, INSTANCE.database.pool)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In the database, so that rate limits hold across every worker; the table is made
# by `aboveboard migrate`.
CACHES = {
    "default": {
        "BACKEND": "aboveboard.accounts.shared_cache.SharedCache",
        "LOCATION": "site_cache",
        # Rate limits count by network address, which is personal data: the key in the
        # table is a keyed hash of it.
        "KEY_FUNCTION": "aboveboard.accounts.sealing.cache_key",
        "OPTIONS": {"MAX_ENTRIES": limits.CACHE_ENTRIES},
    }
}


def _secret_key(home: Path) -> str:
    """Django signs cookies and tokens with a key of its own, made by
    ``init`` beside the root key."""
    file = home / "signing.key"
    try:
        return hashlib.sha256(b"django/" + file.read_bytes()).hexdigest()
    except OSError as error:
        raise instance.SigningKeyMissing(home=home, why=type(error).__name__) from None


SECRET_KEY = _secret_key(INSTANCE.home)
DEBUG = False

ORIGIN = urlsplit(INSTANCE.server.origin)
HTTPS = ORIGIN.scheme == "https"
ALLOWED_HOSTS = [ORIGIN.hostname or "localhost", "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [f"{ORIGIN.scheme}://{ORIGIN.netloc}"]

AUTH_USER_MODEL = "accounts.Account"
ROOT_URLCONF = "aboveboard.site.urls"

MIDDLEWARE = [
    "aboveboard.site.proxies.NamedProxies",
    "aboveboard.site.requests.RequestLog",
    "aboveboard.site.headers.SecurityHeaders",
    "aboveboard.site.serving.answering.BodyRefusals",
    "aboveboard.recovery.gate.RestoredFirst",
    "django.middleware.security.SecurityMiddleware",
    "aboveboard.site.hot.HotAddresses",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "aboveboard.site.faces.PagesSession",
    "aboveboard.site.faces.PagesLanguage",
    "aboveboard.site.faces.PagesCommon",
    "aboveboard.site.faces.PagesAccount",
    # Before all that reads a form: who may not call a view sends it nothing.
    "aboveboard.accounts.gate.GateMiddleware",
    "aboveboard.site.faces.RowNumberBounds",
    "aboveboard.site.faces.PagesForms",
    "aboveboard.site.faces.PagesMessages",
    "allauth.account.middleware.AccountMiddleware",
    "aboveboard.site.pages.ErrorPages",
    "aboveboard.site.faces.LocalTime",
    "aboveboard.site.faces.StaffLanguage",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "aboveboard.site.pages.every_page",
            ],
        },
    }
]

# ---- cookies and transport -------------------------------------------------------------------

# __Host-: a browser takes such a cookie only over TLS, for this host and the whole of
# it (RFC 6265bis, 4.1.3.2).
_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_PREFIX}aboveboard-session"
SESSION_COOKIE_AGE = int(SESSION_IDLE_STAFF.total_seconds())
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = f"{_PREFIX}aboveboard-csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "aboveboard.site.pages.csrf_failure"
LANGUAGE_COOKIE_NAME = f"{_PREFIX}aboveboard-language"
LANGUAGE_COOKIE_AGE = int(limits.LANGUAGE_LIFE.total_seconds())
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = int(limits.HSTS_LIFE.total_seconds()) if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# ---- sign-in: see the accounts package -----------------------------------------------------------

SESSION_ENGINE = "aboveboard.accounts.sessions"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["aboveboard.credentials.validators.NormalFormArgon2"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "aboveboard.credentials.validators.PolicyValidator"}]
LOGIN_URL = "account_login"
# TLS ends at a proxy in front, which says who called it.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
ACCOUNT_ADAPTER = "aboveboard.accounts.signin.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "aboveboard.accounts.signin.forms.NewPasswordForm",
    "set_password": "aboveboard.accounts.signin.forms.FirstPasswordForm",
    "reauthenticate": "aboveboard.accounts.signin.forms.CheckPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = SIGN_IN_RATES
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = int(SIGN_IN_CODE_LIFE.total_seconds())
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = SIGN_IN_CODE_TRIES
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 1
ACCOUNT_LOGIN_BY_CODE_FORMAT = {
    "numeric": True,
    "dashed": True,
    "length": SIGN_IN_CODE_DIGITS,
}
MFA_ADAPTER = "aboveboard.accounts.signin.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True

# ---- mail: sign-in codes and words to staff, by the mail line that notices take ------------------

EMAIL_BACKEND = "aboveboard.delivery.django_mail.MailBackend"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = INSTANCE.mail.sender

# ---- files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "aboveboard.site.assets.VersionedFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = int(limits.ASSET_LIFE.total_seconds())
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Only where a route declares a file, and sealed as it is written; Django's own handlers write the
# plaintext of every file of every form into the temporary folder.
FILE_UPLOAD_HANDLERS = ["aboveboard.site.serving.uploads.SealedUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = limits.BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = limits.FORM_FIELDS
DATA_UPLOAD_MAX_NUMBER_FILES = limits.FORM_FILES

# ---- words and time ---------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("de", "Deutsch")]

LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logs.configuration(level=INSTANCE.logs.level, form=INSTANCE.logs.form)
