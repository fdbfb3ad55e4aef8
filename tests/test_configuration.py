"""Settings: each documented, a bad value refused with its name, no secret by default."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = (ROOT / "src/huixiang/config/settings.py").read_text(encoding="utf-8")
DOCS = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
SECRETS = ["HUIXIANG_SECRET_KEY", "HUIXIANG_FIELD_KEYS", "HUIXIANG_HASH_KEY"]
KEYS = dict.fromkeys(SECRETS, "b25seSBmb3IgdGVzdHMsIG5ldmVyIGRlcGxveWVkLi4=")
SHOW = "from django.conf import settings as s; print(s.DEBUG, s.DATABASES['default']['ENGINE'])"


def start(tmp_path, **env):
    """Starts the product's settings in a fresh process with just this environment."""
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HUIXIANG_DATA_DIR": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**base, "DJANGO_SETTINGS_MODULE": "huixiang.config.settings", **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_variable_is_documented():
    names = set(re.findall(r'"(HUIXIANG_[A-Z_]+|DATABASE_URL)"', SETTINGS))
    assert len(names) > 15
    assert {n for n in names if f"`{n}`" not in DOCS} == set()


def test_without_secrets_nothing_starts(tmp_path):
    result = start(tmp_path)
    assert result.returncode != 0
    assert "HUIXIANG_SECRET_KEY is not set: run ./huixiang new-keys" in result.stderr


def test_with_keys_it_starts_with_debug_off_on_sqlite(tmp_path):
    result = start(tmp_path, **KEYS)
    assert result.stdout.split() == ["False", "django.db.backends.sqlite3"], result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUIXIANG_DEBUG", "maybe"),
        ("HUIXIANG_UPLOAD_MAX_MB", "-1"),
        ("HUIXIANG_UPLOAD_MAX_FILES", "many"),
        ("HUIXIANG_IDLE_MINUTES", "0"),
        ("HUIXIANG_ORIGIN", "example.org"),
        ("HUIXIANG_SMS_URL", "ftp://example.org"),
        ("HUIXIANG_LOG_LEVEL", "LOUD"),
        ("HUIXIANG_HASH_KEY", "short"),
        ("HUIXIANG_FIELD_KEYS", "not base64 at all!"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("HUIXIANG_LLM_URL", "llm.example.org/v1"),
        ("HUIXIANG_LLM_URL", "https://llm.example.org/v1"),
        ("HUIXIANG_LLM_URL", "https://user:secret@llm.example.org/v1"),
        ("HUIXIANG_LLM_URL", "https://llm.example.org/v1/chat/completions"),
        ("HUIXIANG_LLM_MODEL", "judge-1"),
        ("HUIXIANG_LLM_KEY", "sk-alone"),
        ("HUIXIANG_LLM_TIMEOUT_SECONDS", "0"),
    ],
)
def test_bad_value_is_refused_with_its_name(tmp_path, name, value):
    result = start(tmp_path, **{**KEYS, name: value})
    assert result.returncode != 0
    assert "ImproperlyConfigured" in result.stderr and name in result.stderr.splitlines()[-1]


def test_an_endpoint_with_its_model_is_taken(tmp_path):
    env = {"HUIXIANG_LLM_URL": "http://127.0.0.1:9/v1", "HUIXIANG_LLM_MODEL": "judge-1", "HUIXIANG_LLM_KEY": "sk-1"}
    assert start(tmp_path, **KEYS, **env).returncode == 0


def test_a_key_that_no_header_can_carry_is_refused(tmp_path):
    env = {"HUIXIANG_LLM_URL": "http://127.0.0.1:9/v1", "HUIXIANG_LLM_MODEL": "judge-1", "HUIXIANG_LLM_KEY": "密钥"}
    result = start(tmp_path, **KEYS, **env)
    assert result.returncode != 0 and "HUIXIANG_LLM_KEY" in result.stderr.splitlines()[-1]


def test_demo_makes_its_own_secrets_once(tmp_path):
    assert start(tmp_path, HUIXIANG_DEMO="1").returncode == 0
    made = (tmp_path / "demo-secrets.json").read_text()
    assert start(tmp_path, HUIXIANG_DEMO="1").returncode == 0
    assert (tmp_path / "demo-secrets.json").read_text() == made
    assert (tmp_path / "demo-secrets.json").stat().st_mode & 0o077 == 0
