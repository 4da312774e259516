"""The live server and the browser tell what the other browser tests rely on."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings


def test_health_page_names_this_installation(visit: Callable[..., Any]) -> None:
    window = visit()
    answer = window.page.goto("/healthz/")
    assert answer.status == 200
    assert json.loads(answer.text()) == {"status": "ok", "install": settings.INSTALL_TOKEN}


def test_content_security_policy_allows_no_foreign_and_no_inline_script(visit: Callable[..., Any]) -> None:
    window = visit()
    answer = window.page.goto("/healthz/")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"


def test_request_to_another_host_is_stopped_and_told(visit: Callable[..., Any]) -> None:
    window = visit()
    window.page.goto("/healthz/")
    refused = window.page.evaluate("fetch('http://127.0.0.2:9/').then(() => false, () => true)")
    assert refused
    assert window.complaints
    window.complaints.clear()


@pytest.mark.parametrize("name", ["htmx.min.js", "echarts.min.js", "tabler.min.css", "tabler.min.js"])
def test_packages_for_the_browser_are_served(visit: Callable[..., Any], name: str) -> None:
    window = visit()
    answer = window.page.request.get(f"/static/vendor/{name}")
    assert answer.status == 200
    assert len(answer.body()) > 10_000
