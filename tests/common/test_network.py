"""Whose address a request has, and the health page."""

import json
import logging

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from apps.common.network import client_ip
from config.logs import JSONFormatter


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, None, "10.0.0.9"),
        (0, "1.1.1.1", "10.0.0.9"),
        (1, None, "10.0.0.9"),
        (1, "1.1.1.1", "1.1.1.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"),
        (2, "10.0.0.2", "10.0.0.9"),
        (1, " , ", "10.0.0.9"),
    ],
)
def test_address_is_what_the_outermost_of_our_proxies_saw(
    settings: Settings, rf: RequestFactory, proxies: int, header: str | None, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": header} if header is not None else {}
    assert client_ip(rf.get("/", REMOTE_ADDR="10.0.0.9", **headers)) == expected


@pytest.mark.django_db
def test_health_page_is_open_and_names_the_installation(client: Client, settings: Settings) -> None:
    settings.INSTALL_TOKEN = "this one"
    answer = client.get("/healthz/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "install": "this one"})
    assert client.post("/healthz/").status_code == 405


@pytest.mark.django_db
def test_health_page_says_unavailable_without_a_database(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.common.health import healthz

    def refuse() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = healthz(rf.get("/healthz/"))
    assert answer.status_code == 503
    assert json.loads(answer.content)["status"] == "unavailable"


def test_line_break_in_a_logged_value_does_not_start_a_line() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "name %s", ("a\n2026 INFO forged",), None)
    line = JSONFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "name a\n2026 INFO forged"
