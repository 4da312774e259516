"""Where sessions are kept: Django's table, read by a query whose SQL is made once."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.common.prepared import Given, Prepared

_SESSION = Prepared(lambda: Session.objects.filter(session_key=Given("key"), expire_date__gt=Given("now")))


class SessionStore(db.SessionStore):
    """Django's store in the database; every request of somebody signed in reads it."""

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION.rows(key=self.session_key, now=timezone.now())
        if not found:
            self._session_key = None
            return None
        session: Session = found[0]
        return session
