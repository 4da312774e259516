"""受理回执: the number of a complaint and the secret by which whoever complained follows it.

Of the secret (120 random bits) the hash alone is stored, so that it can be shown once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import salted_hmac

DIGITS = 12
NUMBER = re.compile(rf"XF[0-9]{{{DIGITS}}}", re.ASCII)
SECRET_BYTES = 15
"""120 random bits: nobody guesses them, and 24 letters and digits can be copied by hand."""


@dataclass(frozen=True)
class Receipt:
    """What the complainant takes away; the secret is stored nowhere."""

    number: str
    secret: str


def new() -> Receipt:
    """A receipt of its own."""
    return Receipt(new_number(), _in_groups(secrets.token_bytes(SECRET_BYTES)))


def new_number() -> str:
    """A number that tells neither how many there are nor when one came."""
    return f"XF{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def following(*said: Any) -> Receipt:
    """The receipt that follows from what was said, for whoever has the platform's key: the same for the same."""
    found = salted_hmac("complaints.receipt", json.dumps(said), algorithm="sha512").digest()
    number = int.from_bytes(found[:16]) % 10**DIGITS
    return Receipt(f"XF{number:0{DIGITS}d}", _in_groups(found[16 : 16 + SECRET_BYTES]))


def digest(secret: str) -> bytes:
    """What is stored of a secret, however it was typed: blanks, hyphens and small letters do not matter."""
    plain = "".join(one for one in secret.upper() if one.isascii() and one.isalnum())
    return hashlib.sha256(plain.encode()).digest()


def _in_groups(given: bytes) -> str:
    """Letters and digits in groups of four."""
    letters = base64.b32encode(given).decode()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
