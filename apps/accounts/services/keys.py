"""Security keys (W3C Web Authentication) beside the generator of codes: adding, naming, removing, signing in.

A key is added to an account that has a generator, and does not take its place: whoever loses the key still gets in.
What a key signs is for one name on the web alone (`SECURITY_KEY_HOST`), so that no other site can ask for it.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import webauthn
from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from apps.access import scope as scopes
from apps.accounts.models import KeyChallenge, SecurityKey, User
from apps.accounts.services.second_factor import ISSUER, itself
from apps.common.errors import ServiceError
from apps.history.services import log_access

MOST = 5
Purpose = KeyChallenge.Purpose
# What a malformed answer makes the library raise, beside its own: it reads before it checks.
UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, IndexError, AttributeError, UnsupportedAlgorithm)


def possible() -> bool:
    """Whether this platform takes security keys: it must know its own name on the web."""
    return bool(settings.SECURITY_KEY_HOST)


def of(user: User) -> list[SecurityKey]:
    """The keys of an account, the oldest first."""
    with itself(user):
        return list(SecurityKey.objects.filter(user=user).order_by("pk"))


def to_add(user: User, bound: str) -> dict[str, Any]:
    """What the browser asks a new key to do (`navigator.credentials.create`); `bound` names the session that asks.

    ServiceError when the platform takes no keys, the account has no generator, or enough keys already.
    """
    _require_possible()
    if user.second_factor_at is None:
        raise ServiceError(_("请先绑定动态口令，再添加安全密钥。"), code="second_factor_missing")
    known = of(user)
    if len(known) >= MOST:
        raise ServiceError(_("每个账户最多登记 %(most)d 个安全密钥。") % {"most": MOST}, code="too_many")
    options = webauthn.generate_registration_options(
        rp_id=settings.SECURITY_KEY_HOST,
        rp_name=ISSUER,
        user_id=str(user.pk).encode(),
        user_name=user.username,
        user_display_name=user.name,
        timeout=settings.HALF_SESSION_SECONDS * 1000,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=[_descriptor(key) for key in known],
    )
    _keep(user, Purpose.ADD, bound, options.challenge)
    return _plain(webauthn.options_to_json(options))


def add(user: User, bound: str, answer: str, name: str) -> SecurityKey:
    """Store the key that answered the last `to_add` of this session. ServiceError when it did not, or has been stored.

    Ask for a code of the generator first: who finds a session open must not leave a key of his own in it.
    """
    _require_possible()
    challenge = _take(user, Purpose.ADD, bound)
    try:
        if challenge is None:
            raise WebAuthnException("no challenge")
        found = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=settings.SECURITY_KEY_HOST,
            expected_origin=settings.SECURITY_KEY_ORIGINS,
        )
    except UNREADABLE as error:
        raise ServiceError(_("安全密钥没有正确应答，请重试。"), field="answer", code="wrong") from error
    try:
        with itself(user):
            if SecurityKey.objects.filter(user=user).count() >= MOST:
                raise ServiceError(_("每个账户最多登记 %(most)d 个安全密钥。") % {"most": MOST}, code="too_many")
            key = SecurityKey.objects.create(
                user=user,
                name=name.strip()[:40] or _("安全密钥"),
                credential_id=found.credential_id,
                public_key=found.credential_public_key,
                sign_count=found.sign_count,
                transports=",".join(_transports(answer)),
            )
    except IntegrityError as error:
        raise ServiceError(_("这个安全密钥已经登记过。"), field="answer", code="duplicate") from error
    _log(user, key, "added")
    return key


def rename(user: User, pk: int, name: str) -> bool:
    """Give one's own key another name; whether there is such a key."""
    if not name.strip():
        raise ServiceError(_("请填写名称。"), field="name", code="required")
    key = _own(user, pk)
    if key is not None:
        key.name = name.strip()[:40]
        with itself(user):
            key.save(update_fields=["name"])
        _log(user, key, "renamed")
    return key is not None


def remove(user: User, pk: int) -> bool:
    """Forget one's own key; whether there was such a key."""
    key = _own(user, pk)
    if key is not None:
        with itself(user):
            SecurityKey.objects.filter(pk=key.pk).delete()
        _log(user, key, "removed")
    return key is not None


def to_sign_in(user: User, bound: str) -> dict[str, Any]:
    """What the browser asks the account's keys to do (`navigator.credentials.get`); `bound` names the half-session."""
    _require_possible()
    known = of(user)
    if not known:
        raise ServiceError(_("这个账户没有登记安全密钥。"), code="missing")
    options = webauthn.generate_authentication_options(
        rp_id=settings.SECURITY_KEY_HOST,
        timeout=settings.HALF_SESSION_SECONDS * 1000,
        allow_credentials=[_descriptor(key) for key in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    _keep(user, Purpose.SIGN_IN, bound, options.challenge)
    return _plain(webauthn.options_to_json(options))


def verify(user: User, bound: str, answer: str) -> bool:
    """Whether one of the account's keys signed the last challenge of this half-session, which is spent by this.

    A key whose counter did not go on since its last use is refused and written down: there are two of it.
    """
    if not possible():
        return False
    challenge = _take(user, Purpose.SIGN_IN, bound)
    if challenge is None:
        return False
    try:
        given = parse_authentication_credential_json(answer)
        with itself(user):
            keys = SecurityKey.objects.select_for_update()
            key = keys.filter(user=user, credential_id=given.raw_id).first()
            if key is None:
                return False
            found = webauthn.verify_authentication_response(
                credential=given,
                expected_challenge=challenge,
                expected_rp_id=settings.SECURITY_KEY_HOST,
                expected_origin=settings.SECURITY_KEY_ORIGINS,
                credential_public_key=bytes(key.public_key),
                # Compared below: a copy is something else than a wrong signature.
                credential_current_sign_count=0,
            )
            behind = found.new_sign_count <= key.sign_count and bool(found.new_sign_count or key.sign_count)
            if not behind:
                key.sign_count, key.used_at = found.new_sign_count, timezone.now()
                key.save(update_fields=["sign_count", "used_at"])
    except UNREADABLE:
        return False
    if behind:
        _log(user, key, "counter", result="refused")
    return not behind


def _require_possible() -> None:
    if not possible():
        raise ServiceError(_("本平台没有启用安全密钥。"), code="off")


def _own(user: User, pk: int) -> SecurityKey | None:
    with itself(user):
        return SecurityKey.objects.filter(user=user, pk=pk).first()


def _keep(user: User, purpose: str, bound: str, challenge: bytes) -> None:
    with itself(user):
        KeyChallenge.objects.update_or_create(
            user=user,
            purpose=purpose,
            defaults={"bound": bound, "challenge": challenge, "made_at": timezone.now()},
        )


def _take(user: User, purpose: str, bound: str) -> bytes | None:
    """The challenge that waits for this session's answer; it is gone by this, whoever asks for it."""
    since = timezone.now() - timedelta(seconds=settings.HALF_SESSION_SECONDS)
    with itself(user):
        found = KeyChallenge.objects.select_for_update().filter(user=user, purpose=purpose, bound=bound).first()
        if found is None:
            return None
        found.delete()
    return bytes(found.challenge) if found.made_at > since else None


def _descriptor(key: SecurityKey) -> PublicKeyCredentialDescriptor:
    known = {one.value for one in AuthenticatorTransport}
    ways = [AuthenticatorTransport(name) for name in key.transports.split(",") if name in known]
    return PublicKeyCredentialDescriptor(id=bytes(key.credential_id), transports=ways or None)


def _transports(answer: str) -> list[str]:
    """The ways to the key that the browser names (usb, nfc …), as far as they are known ones."""
    named = json.loads(answer).get("response", {}).get("transports") or []
    return sorted({one.value for one in AuthenticatorTransport} & {str(name) for name in named})


def _plain(options: str) -> dict[str, Any]:
    return dict(json.loads(options))


def _log(user: User, key: SecurityKey, what: str, result: str = "done") -> None:
    with scopes.acting(user, source="page"):
        log_access(user, "key", division=user.division_id, obj=user, fields=[what], reason=key.name, result=result)
