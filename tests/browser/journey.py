"""The people of all offices at one window, in turn, and the day that it is."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.factories.accounts import sign_in


class Journey:
    """Who opens which page and sends which form, and what the platform does of itself when days pass.

    `nightly` are the tasks that run when a day begins.
    """

    def __init__(self, visitor: Any, settings: Any, *nightly: Callable[[], Any]) -> None:
        self.visitor, self.page, self.settings, self.nightly = visitor, visitor.page, settings, nightly
        self.sessions: dict[int, str] = {}
        self.day: datetime.date = settings.REFERENCE_DATE

    def wait(self, days: int) -> None:
        """So many days go by."""
        self.day += datetime.timedelta(days=days)
        self.settings.REFERENCE_DATE = self.day
        for task in self.nightly:
            task()

    def enter(self, user: Any, visitor: Any = None) -> None:
        """Somebody sits down at the window (or at another one), signed in."""
        visitor = visitor or self.visitor
        if user.pk not in self.sessions:
            self.sessions[user.pk] = sign_in(Client(), user).cookies[self.settings.SESSION_COOKIE_NAME].value
        cookie = {"name": self.settings.SESSION_COOKIE_NAME, "value": self.sessions[user.pk]}
        visitor.context.clear_cookies()
        visitor.context.add_cookies([{**cookie, "url": visitor.origin}])

    def at(self, user: Any, address: str) -> None:
        """Somebody opens a page."""
        self.enter(user)
        answer = self.page.goto(address)
        assert answer.status == 200, (str(user), address, answer.status)

    def send(self, form: str, **fields: object) -> None:
        """The form is filled in and sent; it must be taken."""
        for name, value in fields.items():
            self.fill(f"{form} [name='{name}']", value)
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            self.page.click(f"{form} button.btn-primary")
        assert sent.value.status == 302, (
            fields,
            self.page.locator(".error, .errors, .alert, [role=alert]").all_inner_texts(),
        )
        self.page.wait_for_load_state()

    def fill(self, where: str, value: object) -> None:
        field = self.page.locator(where).first
        if (kind := field.evaluate("field => field.type")) in ("radio", "checkbox"):
            self.page.check(f"{where}[value='{value}']" if kind == "radio" else where)
        elif kind.startswith("select"):
            field.select_option(str(value))
        else:
            field.fill(str(value))

    def step(self, user: Any, address: str, step: str, **fields: object) -> None:
        """Somebody takes a step on the page of a row."""
        self.at(user, address)
        self.send("#step form", step=step, **fields)
