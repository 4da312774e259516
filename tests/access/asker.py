"""A client for tests that ask tens of thousands of times: Django's, without what it does beside each request.

Django's keeps a copy of the context of every template, loads the middleware again for each client, and takes a signal's
receiver off and on at each request. Here all clients share one chain of middleware, as the requests of a server do.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections
from django.http import HttpResponseBase
from django.test import Client
from django.test.client import ClientHandler, closing_iterator_wrapper, conditional_content_removal


class Handler(ClientHandler):
    """Answers as the handler of Django's client does; it, too, leaves the test's connection open."""

    def __call__(self, environ: dict[str, Any]) -> HttpResponseBase:
        if self._middleware_chain is None:
            self.load_middleware()
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        try:
            request_started.send(sender=type(self), environ=environ)
            request = WSGIRequest(environ)
            request._dont_enforce_csrf_checks = not self.enforce_csrf_checks
            response = self.get_response(request)
            conditional_content_removal(request, response)
            response.wsgi_request = request
            if response.streaming:  # as if read to its end and closed, once it was
                response.streaming_content = closing_iterator_wrapper(response.streaming_content, response.close)
            else:
                response.close()
        finally:
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections, weak=False)
        return response


HANDLER = Handler(enforce_csrf_checks=False)


class Asker(Client):
    """Like Django's client; its responses know neither templates nor contexts."""

    def request(self, **request: Any) -> Any:
        """One request, through the chain that all share."""
        name = f"asker-{id(self)}"
        got_request_exception.connect(self.store_exc_info, weak=False, dispatch_uid=name)
        try:
            response = HANDLER(self._base_environ(**request))
        finally:
            got_request_exception.disconnect(dispatch_uid=name)
        self.check_exception(response)
        response.json = partial(self._parse_json, response)
        self.cookies.update(response.cookies)
        return response
