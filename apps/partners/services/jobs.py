"""Searches answered later: the job stands in PostgreSQL, the queue only rings, the answer goes to a registered address.

A job is claimed by moving its next time ahead, so that a worker that dies is followed by another. It is delivered at
most `ATTEMPTS` times with growing pauses, then set aside for people to see; what was asked is wiped either way.
"""

from __future__ import annotations

import datetime
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

import orjson
from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from apps.access import scope as scopes
from apps.accounts.services import SET_UP
from apps.common.sealing import Sealed
from apps.partners.choices import VERIFY, JobState
from apps.partners.models import SearchJob
from apps.partners.services import outbound, signing, spdci
from apps.partners.services.tokens import Caller, as_caller

logger = logging.getLogger(__name__)

PAUSES = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 25, 120, 480))
ATTEMPTS = len(PAUSES) + 1
MOST_WAITING = 200  # jobs of one client
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KEPT = datetime.timedelta(days=30)  # ended jobs
EVERYWHERE = replace(SET_UP, username="system", source="task")


def accept(caller: Caller, message: spdci.Message, asked: Sequence[spdci.Search]) -> SearchJob:
    """Store a job for a message whose answer is wanted later, in the caller's own scope; `ring` for it afterwards.

    Fault when the address named is not one of the client's, it has no key to sign the answer with, its transaction
    is known already, or too many wait.
    """
    client, callback = caller.client, message.header.get("sender_uri")
    if not isinstance(callback, str) or callback not in client.callbacks:
        raise spdci.Fault(_("sender_uri 不是已登记的回调地址。"), code="err.sender_uri.invalid")
    if not client.keys:
        raise spdci.Fault(_("没有签名密钥，无法签名应答。"), code="err.signature.missing")
    mine = SearchJob.objects.filter(client=client)
    if mine.filter(state=JobState.WAITING).count() >= MOST_WAITING:
        raise spdci.Fault(_("等待投递的应答太多。"), code="err.request.too_many_requests", status=429)
    text = orjson.dumps([one.stored() for one in asked]).hex()
    job = SearchJob(
        client=client,
        division_id=client.division_id,
        user_id=client.user_id,
        transaction_id=message.transaction_id,
        callback=callback,
        scopes=sorted(caller.scopes),
        address=caller.address or None,
        questions=Sealed.of("secret", text),
        count=len(asked),
        next_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError as error:
        if "search_job_once" not in str(error):
            raise
        raise spdci.Fault(_("这个 transaction_id 已用过。"), code="err.request.bad", status=409) from error
    return job


def find(caller: Caller, attribute: str, value: object) -> SearchJob:
    """The caller's own job of this transaction or correlation; Fault (404) for any other, and for none."""
    where: dict[str, object] = {}
    if attribute == "transaction_id" and isinstance(value, str) and "\x00" not in value:
        where = {"transaction_id": value}
    elif attribute == "correlation_id" and isinstance(value, str) and UUID.fullmatch(value):
        where = {"correlation_id": value}
    found = SearchJob.objects.filter(client=caller.client, **where).first() if where else None
    if found is None:
        raise spdci.Fault(_("没有这笔交易。"), code="err.request.not_found", status=404)
    return found


def deliver(job_id: int, user_id: int) -> None:
    """Try to deliver one job, if it is due. What goes wrong is written down at the job, never raised."""
    own = replace(scopes.identity(user_id), source="task")
    with scopes.acting(own):
        job = _claim(job_id)
    if job is None:
        return
    final, problem = False, ""
    try:
        final, problem = _try(job)
    except outbound.Undeliverable as error:
        problem = str(error)
    except Exception as error:
        logger.exception("Search job %s failed at attempt %s", job_id, job.attempts)
        problem = type(error).__name__
    with scopes.acting(own):
        if not problem:
            _end(job, JobState.DELIVERED, "")
        elif final or job.attempts >= ATTEMPTS:
            _end(job, JobState.FAILED, problem)
        else:
            SearchJob.objects.filter(pk=job.pk, state=JobState.WAITING).update(problem=problem[:60])


def _claim(job_id: int) -> SearchJob | None:
    """The job, with this attempt counted and the next one put off; None when it is not due or another has it."""
    rows = SearchJob.objects.select_for_update(skip_locked=True, of=("self",)).select_related("client__user")
    job = rows.filter(pk=job_id, state=JobState.WAITING, next_at__lte=timezone.now()).first()
    if job is None:
        return None
    if job.attempts >= ATTEMPTS:  # the last worker died at it
        _end(job, JobState.FAILED, job.problem or "interrupted")
        return None
    job.next_at = timezone.now() + PAUSES[min(job.attempts, len(PAUSES) - 1)]
    job.attempts += 1
    job.save(update_fields=["attempts", "next_at"])
    return job


def _try(job: SearchJob) -> tuple[bool, str]:
    """Deliver, or say what is wrong and whether that is for good. The client counts as it is now, not as it was."""
    client = job.client
    caller = as_caller(client, job.scopes, job.address or "")
    if not client.usable or not client.user.is_active:
        return True, "client closed"
    if job.callback not in client.callbacks:
        return True, "address withdrawn"
    if VERIFY not in caller.scopes:
        return True, "scope withdrawn"
    if not client.keys:
        return True, "no signing key"
    asked = [spdci.Search(**one) for one in orjson.loads(bytes.fromhex(job.questions.clear()))]  # type: ignore[union-attr]
    with scopes.acting(caller.user, source="task"):
        answers = spdci.answer(caller, asked)
    message = {
        "transaction_id": job.transaction_id,
        "correlation_id": str(job.correlation_id),
        "search_response": answers,
    }
    body = orjson.dumps(spdci.reply(caller, "on-search", message, count=len(answers)))
    parts = urlsplit(job.callback)
    signed = signing.headers(client.keys[0], "POST", parts.path or "/", parts.query, body)
    outbound.post(job.callback, body, {"Content-Type": "application/json", **signed})
    return False, ""


def _end(job: SearchJob, state: JobState, problem: str) -> None:
    job.state, job.problem, job.finished_at = state, problem[:60], timezone.now()
    job.next_at = job.questions = None
    job.save(update_fields=["state", "problem", "finished_at", "next_at", "questions"])


def due() -> list[tuple[int, int]]:
    """Job and account of what is due, the oldest first."""
    with scopes.acting(EVERYWHERE):
        rows = SearchJob.objects.filter(state=JobState.WAITING, next_at__lte=timezone.now())
        return list(rows.order_by("next_at").values_list("pk", "user_id")[:500])


def ring(jobs: Iterable[tuple[int, int]]) -> None:
    """Send a message for each job. Without a queue nothing is lost: the sweeper rings again."""
    for job_id, user_id in jobs:
        try:
            current_app.send_task("apps.partners.tasks.deliver", args=[job_id, user_id])
        except OperationalError:
            logger.exception("The queue does not answer; jobs wait for the sweeper")
            return


def purge() -> int:
    """Throw away jobs that ended long ago; answers how many."""
    with scopes.acting(EVERYWHERE):
        return SearchJob.objects.filter(finished_at__lt=timezone.now() - KEPT).delete()[0]
