"""Production refuses to start without its secrets, and development files never stand in for them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import Environment
from devtools.checking import production_environment

ROOT = Path(__file__).resolve().parents[2]


def start(**changes: str | None) -> subprocess.CompletedProcess[str]:
    """Import the production settings in a fresh interpreter, with variables changed or (None) taken away."""
    env = {**production_environment(), **{name: value for name, value in changes.items() if value is not None}}
    for name in (*(name for name, value in changes.items() if value is None), "TEST_ADMIN_URL"):
        env.pop(name, None)
    return subprocess.run(
        [sys.executable, "-c", "from config.settings import prod; print(prod.DATABASES['default']['PASSWORD'])"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_complete_environment_starts() -> None:
    assert start().returncode == 0


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"])
def test_missing_variable_stops_the_start_and_is_named(name: str) -> None:
    done = start(**{name: None})
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("FIELD_KEYS", "{}"),
        ("FIELD_KEYS", "not json"),
        ("ALLOWED_HOSTS", "*"),
        ("FIELD_CIPHER", "rot13"),
        ("REFERENCE_DATE", "31.12.2018"),
        ("CALLBACK_NETWORKS", "10.0.0.1/8"),
    ],
)
def test_malformed_variable_stops_the_start(name: str, value: str) -> None:
    assert start(**{name: value}).returncode != 0


def test_secret_comes_from_a_file_without_its_line_break(tmp_path: Path) -> None:
    secret = tmp_path / "app_password"
    secret.write_text("correct horse\n")
    done = start(DATABASE_PASSWORD_FILE=str(secret))
    assert (done.returncode, done.stdout) == (0, "correct horse\n")


def test_file_wins_over_nothing_and_missing_file_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(os.environ, "SOME_SECRET_FILE", str(tmp_path / "missing"))
    with pytest.raises(FileNotFoundError):
        Environment().str("SOME_SECRET")


@pytest.mark.parametrize(("proxies", "header"), [("0", "None"), ("1", "('HTTP_X_FORWARDED_PROTO', 'https')")])
def test_without_a_proxy_of_ours_nobody_says_that_a_request_came_by_tls(proxies: str, header: str) -> None:
    code = "from config.settings import prod; print(getattr(prod, 'SECURE_PROXY_SSL_HEADER', None))"
    env = {**production_environment(), "TRUSTED_PROXIES": proxies}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == header


# Set for the suite's own servers and browsers.
OF_THE_SUITE = {"TEST_ADMIN_URL", "DJANGO_ALLOW_ASYNC_UNSAFE"}


def test_production_has_nothing_that_djangos_own_deployment_check_warns_of() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={name: value for name, value in production_environment().items() if name not in OF_THE_SUITE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "no issues" in done.stdout + done.stderr) == (0, True), done.stdout + done.stderr
