"""Chromium for the tests of this folder: Debian's own, driven by Playwright, allowed to reach nothing but our server.

Without Chromium these tests are skipped, because a fresh machine need not have one; with REQUIRE_BROWSER=1, as in
continuous integration, its absence is a failure.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

# Playwright keeps an event loop in this thread, and Django would take our plain calls for a blunder.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks of another host, it gets nothing.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole worker."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("Chromium is not installed, and REQUIRE_BROWSER asks for it")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


class Visitor:
    """A person's browser window: its page, and what went wrong in it."""

    def __init__(self, browser: Browser, origin: str, **options: Any) -> None:
        self.origin = origin
        self.complaints: list[str] = []
        self.context: BrowserContext = browser.new_context(base_url=origin, locale="zh-CN", **options)
        self.context.on("request", self._noticed)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))

    def _noticed(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.complaints.append(f"asked another host: {request.url}")

    def _heard(self, message: ConsoleMessage) -> None:
        # An answer of 4xx is shown in the console too; whether it was right is the test's own question.
        if message.type == "error" and not re.match(r"Failed to load resource: .* 4\d\d ", message.text):
            self.complaints.append(f"console: {message.text}")

    def accessibility(self) -> list[str]:
        """What axe-core finds wrong on the page by WCAG 2.2 AA: rule and element."""
        # By the debugging protocol, not a script element: the page's own policy forbids those.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        # Colours that are on their way to others are nobody's fault.
        self.page.evaluate(
            "Promise.allSettled(document.getAnimations()"
            ".filter(one => Number.isFinite(one.effect.getComputedTiming().endTime)).map(one => one.finished))"
        )
        options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [f"{fault['id']}: {node['html']}" for fault in found["violations"] for node in fault["nodes"]]


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Callable[..., Visitor]]:
    """Opens windows on the live server (`visit()`, `visit(viewport={"width": 360, "height": 740})`).

    At the end of the test any script error, breach of the content security policy or request to another host fails it.
    """
    visitors: list[Visitor] = []

    def open_window(**options: Any) -> Visitor:
        options.setdefault("viewport", {"width": 1440, "height": 900})
        visitors.append(Visitor(browser, live_server.url, **options))
        return visitors[-1]

    yield open_window
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Visitor, str], Path]:
    """Saves a picture of a window among the artefacts of the run, for a person to look at, where PICTURES=1 asks."""
    folder = Path(os.environ["TEST_ARTEFACTS"])

    def save(visitor: Visitor, name: str) -> Path:
        path = folder / f"{name}.png"
        if os.environ.get("PICTURES") == "1":
            visitor.page.screenshot(path=path, full_page=True)
        return path

    return save
