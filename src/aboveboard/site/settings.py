"""Django's settings, made from the instance's own (``aboveboard.toml``). Nothing here is set by hand."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from aboveboard.basics import settings as instance

HERE = Path(__file__).parent
INSTANCE = instance.current()

ROOMS = [
    "accounts", "access", "choices", "custody", "delivery", "incidents", "keys", "ledger", "outbox", "promise", "vault",
    "portal", "console", "centre", "api", "site",
]  # fmt: skip

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    *(f"aboveboard.{room}" for room in ROOMS),
]


def _database(url: str, home: Path, pool: int) -> dict[str, Any]:
    if url.startswith("sqlite:"):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / url.removeprefix("sqlite:")),
            "OPTIONS": {
                # IMMEDIATE: a writer waits for its turn at BEGIN instead of failing half-way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # FULL: an entry is on the disk before its plaintext leaves (design, invariant 3).
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
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
        "OPTIONS": {"pool": {"min_size": 1, "max_size": pool, "timeout": 10}},
    }


DATABASES = {"default": _database(INSTANCE.database.url, INSTANCE.home, INSTANCE.database.pool)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _secret_key(home: Path) -> str:
    """Django signs cookies and tokens with a key of its own, made by ``init`` beside the root key."""
    file = home / "signing.key"
    if not file.is_file():
        raise instance.NoInstance(home=home)
    return hashlib.sha256(b"django/" + file.read_bytes()).hexdigest()


SECRET_KEY = _secret_key(INSTANCE.home)
DEBUG = False
ALLOWED_HOSTS = [urlsplit(INSTANCE.server.origin).hostname or "localhost", "localhost", "127.0.0.1"]

AUTH_USER_MODEL = "accounts.Account"
ROOT_URLCONF = "aboveboard.site.urls"
WSGI_APPLICATION = "aboveboard.site.wsgi.application"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
            ],
        },
    }
]

STATIC_URL = "/static/"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("de", "Deutsch")]
