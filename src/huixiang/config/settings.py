"""All settings, read from the environment; a bad value stops the start with its name (docs/configuration.md)."""

import json
import os
import secrets
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured


class Env:
    """Reads HUIXIANG_* variables and says which one is wrong, and how it should look."""

    def text(self, name: str, default: str = "") -> str:
        return os.environ.get(name, "").strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.text(name).lower()
        if value in {"", "0", "1", "true", "false", "yes", "no", "on", "off"}:
            return default if not value else value in {"1", "true", "yes", "on"}
        raise ImproperlyConfigured(f"{name}={value!r} is neither 1 nor 0")

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.isdecimal() or not low <= int(value) <= high:
            raise ImproperlyConfigured(f"{name}={value!r} is not a whole number from {low} to {high}")
        return int(value)

    def url(self, name: str) -> str:
        value = self.text(name)
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc):
            raise ImproperlyConfigured(f"{name}={value!r} is not a web address such as https://example.org")
        return value.rstrip("/")

    def mail_server(self, name: str) -> dict[str, Any] | None:
        value = self.text(name)
        if not value:
            return None
        parts = urlsplit(value)
        try:
            port = parts.port or 25
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} names no port") from error
        if parts.scheme != "smtp" or not parts.hostname or parts.query not in {"", "tls=0", "tls=1"}:
            raise ImproperlyConfigured(f"{name} is not like smtp://user:password@host:587?tls=1")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return {"host": parts.hostname, "port": port, "user": user, "password": password, "tls": parts.query == "tls=1"}

    def words(self, name: str, default: str = "") -> list[str]:
        return [w for w in self.text(name, default).replace(" ", ",").split(",") if w]

    def key(self, name: str, value: str) -> bytes:
        try:
            raw = urlsafe_b64decode(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is not URL-safe base64: run ./huixiang new-keys") from error
        if len(raw) != 32:
            raise ImproperlyConfigured(f"{name} must hold 32 bytes: run ./huixiang new-keys")
        return value.encode()


env = Env()
ROOT = Path(__file__).resolve().parents[3]
TEST = env.flag("HUIXIANG_TEST")
DEMO = env.flag("HUIXIANG_DEMO")
DEBUG = env.flag("HUIXIANG_DEBUG")
DATA_DIR = Path(env.text("HUIXIANG_DATA_DIR", str(ROOT / "var"))).resolve()
SEEDS_DIR = ROOT / "seeds"
REFERENCE_DIR = ROOT / "data"


def throwaway_secrets() -> dict[str, str]:
    """Secrets for the demo and the tests alone: made once, kept beside the demo database, never shipped."""
    names = ("HUIXIANG_SECRET_KEY", "HUIXIANG_FIELD_KEYS", "HUIXIANG_HASH_KEY")
    if TEST:
        return dict.fromkeys(names, urlsafe_b64encode(b"only for tests, never deployed..").decode())
    path = DATA_DIR / "demo-secrets.json"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        fresh = {name: urlsafe_b64encode(secrets.token_bytes(32)).decode() for name in names}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(fresh, file)
    return dict(json.loads(path.read_text()))


_throwaway = throwaway_secrets() if DEMO or TEST else {}
# These commands touch no stored data: `new-keys` must run before there are any keys, filters need none.
_KEYLESS = {"new_keys", "triage", "hotspots", "check_replies", "train", "replay_clocks"}
_keyless = "".join(sys.argv[1:2]).replace("-", "_") in _KEYLESS


def secret(name: str) -> str:
    value = env.text(name) or _throwaway.get(name, "")
    if not value and _keyless:
        return urlsafe_b64encode(secrets.token_bytes(32)).decode()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: run ./huixiang new-keys and put its lines in the environment")
    return value


SECRET_KEY = secret("HUIXIANG_SECRET_KEY")
# First key encrypts, all decrypt: put a new key in front to rotate.
FIELD_KEYS = [env.key("HUIXIANG_FIELD_KEYS", k) for k in secret("HUIXIANG_FIELD_KEYS").split(",")]
HASH_KEY = env.key("HUIXIANG_HASH_KEY", secret("HUIXIANG_HASH_KEY"))

ORIGIN = env.url("HUIXIANG_ORIGIN")
HTTPS = env.flag("HUIXIANG_HTTPS", default=not (DEMO or TEST or DEBUG))
ALLOWED_HOSTS = env.words("HUIXIANG_HOSTS", urlsplit(ORIGIN).hostname or "localhost,127.0.0.1,[::1]")
if TEST:
    ALLOWED_HOSTS += ["testserver"]
CSRF_TRUSTED_ORIGINS = [ORIGIN] if ORIGIN else []
TRUST_PROXY = env.flag("HUIXIANG_TRUST_PROXY")
SMS_URL = env.url("HUIXIANG_SMS_URL")
SMS_TOKEN = env.text("HUIXIANG_SMS_TOKEN")
SMTP = env.mail_server("HUIXIANG_SMTP_URL")
MAIL_FROM = env.text("HUIXIANG_MAIL_FROM")
if (SMTP and not MAIL_FROM) or (MAIL_FROM and (not MAIL_FROM.isascii() or MAIL_FROM.count("@") != 1)):
    raise ImproperlyConfigured("HUIXIANG_MAIL_FROM is not a mail address such as no-reply@example.org")
# Group robots may be called here and nowhere else.
HOOK_ORIGINS = env.words("HUIXIANG_HOOK_ORIGINS", "https://qyapi.weixin.qq.com,https://oapi.dingtalk.com")
if any(urlsplit(o).scheme not in {"http", "https"} or not urlsplit(o).netloc or urlsplit(o).path for o in HOOK_ORIGINS):
    raise ImproperlyConfigured("HUIXIANG_HOOK_ORIGINS must list origins such as https://qyapi.weixin.qq.com")
# A second opinion on published replies; what a bad pair of these would break is refused here, not at night in a job.
LLM_URL = env.url("HUIXIANG_LLM_URL")
LLM_KEY = env.text("HUIXIANG_LLM_KEY")
LLM_MODEL = env.text("HUIXIANG_LLM_MODEL")
LLM_TIMEOUT_SECONDS = env.number("HUIXIANG_LLM_TIMEOUT_SECONDS", 30, 1, 300)
if urlsplit(LLM_URL).query or urlsplit(LLM_URL).fragment or urlsplit(LLM_URL).username:
    raise ImproperlyConfigured("HUIXIANG_LLM_URL is not a plain address such as https://example.org/v1")
if LLM_URL.endswith("/chat/completions"):
    raise ImproperlyConfigured("HUIXIANG_LLM_URL must end before /chat/completions, such as https://example.org/v1")
if bool(LLM_URL) != bool(LLM_MODEL):
    raise ImproperlyConfigured("HUIXIANG_LLM_URL and HUIXIANG_LLM_MODEL must be set together")
if LLM_KEY and (not LLM_URL or not LLM_KEY.isascii() or not LLM_KEY.isprintable() or " " in LLM_KEY):
    raise ImproperlyConfigured("HUIXIANG_LLM_KEY must be one word of ASCII, set together with HUIXIANG_LLM_URL")
UPLOAD_MAX_BYTES = env.number("HUIXIANG_UPLOAD_MAX_MB", 10, 1, 100) * 1024 * 1024
UPLOAD_MAX_FILES = env.number("HUIXIANG_UPLOAD_MAX_FILES", 6, 0, 20)
IDLE_MINUTES = env.number("HUIXIANG_IDLE_MINUTES", 30, 5, 24 * 60)
RATE_SCALE = env.number("HUIXIANG_RATE_SCALE", 1, 1, 1_000_000)
LOG_LEVEL = env.text("HUIXIANG_LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured(f"HUIXIANG_LOG_LEVEL={LOG_LEVEL!r} is not DEBUG, INFO, WARNING or ERROR")


def database() -> dict[str, Any]:
    """The database of DATABASE_URL, or SQLite in the data folder."""
    default = f"sqlite:///{DATA_DIR / ('demo.sqlite3' if DEMO else 'huixiang.sqlite3')}"
    url = env.text("DATABASE_URL", default)
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL is not understood: {error}") from error
    if config["ENGINE"].endswith("sqlite3"):
        if not TEST and config["NAME"] != ":memory:":
            Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    elif config["ENGINE"].endswith("postgresql"):
        # Planning a page's joins costs PostgreSQL more than running them: let it keep the plans of what is asked often.
        prepared = {"server_side_binding": True, "prepare_threshold": 3}
        config["OPTIONS"] = {**prepared, **config.get("OPTIONS", {})}
        config["ENGINE"] = "huixiang.config.postgresql"
    else:
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:// or postgresql://")
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "csp",
    "huixiang.accounts",
    "huixiang.units",
    "huixiang.notices",
    "huixiang.cases",
    "huixiang.moderation",
    "huixiang.followup",
    "huixiang.quality",
    "huixiang.triage",
    "huixiang.supervision",
    "huixiang.ui",
    "huixiang.jobs",
    "huixiang.portal",
    "huixiang.workbench",
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["huixiang.accounts.backends.AccountBackend"]
SESSION_ENGINE = "huixiang.accounts.sessions"
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"] if TEST else ["django.contrib.auth.hashers.ScryptPasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/desk/sign-in/"

MIDDLEWARE = [
    "huixiang.portal.kept.KeptPages",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "huixiang.units.middleware.ActorMiddleware",
]
ROOT_URLCONF = "huixiang.config.urls"
WSGI_APPLICATION = "huixiang.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "huixiang.ui.context.display",
            ],
            "builtins": ["huixiang.ui.templatetags.ui", "template_partials.templatetags.partials"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
UPLOADS_DIR = DATA_DIR / "uploads"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(UPLOADS_DIR)},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TEST or DEBUG
        else "huixiang.ui.static_files.KeptAddresses"
    },
}
WHITENOISE_USE_FINDERS = TEST or DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "huixiang.ui.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "ERROR"}} if TEST else {},
}
