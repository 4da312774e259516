"""The second factor: a generator of one-time passwords (RFC 6238) and recovery codes (GB/T 22239-2019, 8.1.4.1 d).

Secrets lie sealed and codes hashed, in rows that only their account sees; every function here takes its identity.
"""

from __future__ import annotations

import secrets
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pyotp
import segno
from django.core import signing
from django.db.models import Model
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.access import scope as scopes
from apps.accounts.models import KeyChallenge, RecoveryCode, SecondFactor, SecurityKey, User
from apps.common.errors import ServiceError

STEP = 30  # seconds
DRIFT = 1  # steps that a clock may be early or late
DIGITS = 6
ISSUER = "精准扶贫大数据平台"
RECOVERY_CODES = 10
# Sixty bits, in letters and digits that are not taken for one another.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 3, 4
OFFER_SECONDS = 15 * 60
OFFER_SALT = "accounts.second-factor.offer"
FACTORS: tuple[type[Model], ...] = (SecondFactor, RecoveryCode, SecurityKey, KeyChallenge)


@dataclass(frozen=True)
class Offer:
    """A new secret before its first code: as text, as address for a generator, and the token that brings it back."""

    secret: str
    uri: str
    token: str

    @property
    def spaced(self) -> str:
        """The secret in groups of four, to be typed."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))

    @property
    def drawing(self) -> SafeString:
        """The address as a QR code, dark on light whatever the page's colours: an SVG element."""
        return SafeString(
            segno.make(self.uri, error="m", micro=False).svg_inline(
                scale=4, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
            )
        )


def clock() -> float:
    """Seconds since 1970."""
    return time.time()


def offer(user: User) -> Offer:
    """A secret to be taken into a generator. Nothing is stored until `enrol` sees a code of it."""
    return _offer(user, pyotp.random_base32())


def offered(user: User, token: str) -> Offer:
    """What `offer` gave to this account; ServiceError when it is older than a quarter of an hour or not its own."""
    try:
        value = signing.loads(token, salt=OFFER_SALT, max_age=OFFER_SECONDS)
    except signing.BadSignature:
        value = {}
    if value.get("user") != user.pk:
        raise ServiceError(_("这个二维码已失效，请用新的二维码重新绑定。"), field="code", code="expired")
    return replace(_offer(user, value["secret"]), token=token)  # the same, so that its time does not begin anew


def enrol(user: User, token: str, code: str) -> list[str]:
    """Bind a generator by a first code of it, in place of an earlier one; answers the new recovery codes, which are
    kept nowhere. ServiceError when the offer is too old or the code wrong."""
    secret = offered(user, token).secret
    step = _step_of(secret, code)
    if step is None:
        raise ServiceError(_("动态口令不正确。"), field="code", code="wrong")
    with itself(user):
        SecondFactor.objects.filter(user=user).delete()
        SecondFactor.objects.create(user=user, secret=secret, last_step=step)
        user.second_factor_at = timezone.now()
        user.save(update_fields=["second_factor_at"])
        return _new_codes(user)


def verify(user: User, code: str) -> bool:
    """Whether this is a code of the account's generator that was not used yet, or a recovery code; it is spent by this.

    Codes of the step before and after are taken, for clocks that differ; none twice, and none older than one taken.
    """
    text = _typed(code)
    with itself(user):
        if len(text) == DIGITS and text.isdecimal():
            factor = SecondFactor.objects.select_for_update().filter(user=user).first()
            if factor is None:
                return False
            step = _step_of(factor.secret.clear(), text)
            if step is None or step <= factor.last_step:
                return False
            SecondFactor.objects.filter(pk=factor.pk).update(last_step=step)
            return True
        unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, text), used_at=None)
        return unused.update(used_at=timezone.now()) == 1


def codes_left(user: User) -> int:
    """How many recovery codes are not used."""
    with itself(user):
        return RecoveryCode.objects.filter(user=user, used_at=None).count()


def renew_codes(user: User) -> list[str]:
    """Ten new recovery codes, kept nowhere; those before count no more."""
    with itself(user):
        return _new_codes(user)


def remove(user: User) -> None:
    """Forget one's own generator, recovery codes and security keys."""
    with itself(user):
        _forget(user)


def forget(user: User) -> None:
    """Forget generator, recovery codes and security keys of somebody else's account, whose holder lost them; at the
    next sign-in a new generator is bound. Only what two persons agreed on comes here (`services.resets`)."""
    with scopes.acting(scopes.identity(user.pk)):
        for model in FACTORS:
            model._default_manager.filter(user=user).delete()
    user.second_factor_at = None
    user.save(update_fields=["second_factor_at"])  # in the administrator's name: the history says who


@contextmanager
def itself(user: User) -> Iterator[None]:
    """A transaction in the account's own identity, under its name in the history."""
    with scopes.acting(scopes.Scope(user_id=user.pk, username=user.username)):
        yield


def _offer(user: User, secret: str) -> Offer:
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)
    return Offer(secret, uri, signing.dumps({"user": user.pk, "secret": secret}, salt=OFFER_SALT))


def _step_of(secret: str, code: str) -> int | None:
    """The step that a code belongs to, None when it is none of this minute's."""
    generator, now, text = pyotp.TOTP(secret, digits=DIGITS, interval=STEP), int(clock()) // STEP, _typed(code)
    matches = [
        now + drift
        for drift in range(-DRIFT, DRIFT + 1)
        if constant_time_compare(generator.generate_otp(now + drift), text)
    ]
    return matches[-1] if matches else None


def _typed(code: str) -> str:
    # An input method may write full-width digits.
    return "".join(unicodedata.normalize("NFKC", code).split()).replace("-", "").lower()


def _digest(user: User, text: str) -> str:
    return salted_hmac(f"accounts.recovery-code.{user.pk}", text, algorithm="sha256").hexdigest()


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    made = [
        "-".join("".join(secrets.choice(ALPHABET) for _letter in range(GROUP)) for _group in range(GROUPS))
        for _code in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, _typed(code))) for code in made)
    return made


def _forget(user: User) -> None:
    for model in FACTORS:
        model._default_manager.filter(user=user).delete()
    user.second_factor_at = None
    user.save(update_fields=["second_factor_at"])
