"""Signed requests, as departments' gateways send them: HMAC-SM3 (GB/T 32905-2016, GB/T 15852.2) over what is asked.

signature = hex(HMAC-SM3(key, METHOD \\n path \\n sorted query \\n hex(SM3(body)) \\n timestamp \\n nonce))
"""

from __future__ import annotations

import hmac
import re
import secrets
import time
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from django.http import HttpRequest

from apps.partners.models import Client
from apps.partners.services.limits import once

CLOCK = 300  # seconds that the two clocks may differ
NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
TIMESTAMP = re.compile(r"[0-9]{10}")


def new_key() -> str:
    """A key as it is handed over: 32 random bytes in hexadecimal, upper case."""
    return secrets.token_hex(32).upper()


def signature(key: str, method: str, path: str, query: str, body: bytes, timestamp: str, nonce: str) -> str:
    """The signature in hexadecimal, lower case."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(body)
    asked = urlencode(sorted(parse_qsl(query, keep_blank_values=True)))
    text = "\n".join((method, path, asked, digest.finalize().hex(), timestamp, nonce))
    keyed = HMAC(bytes.fromhex(key), hashes.SM3())
    keyed.update(text.encode())
    return keyed.finalize().hex()


def is_signed(client: Client, request: HttpRequest) -> bool:
    """Whether a request carries the client's own signature, made now and never used before.

    A client that never had a key needs none; one whose keys were withdrawn has no right signature. Raises Unavailable
    when replays cannot be told.
    """
    if not client.signs:
        return True
    timestamp, nonce = request.headers.get("X-Timestamp", ""), request.headers.get("X-Nonce", "")
    if not TIMESTAMP.fullmatch(timestamp) or not NONCE.fullmatch(nonce):
        return False
    if abs(time.time() - int(timestamp)) > CLOCK:
        return False
    asked = (request.method or "", request.path, request.META.get("QUERY_STRING", ""), request.body)
    given = request.headers.get("X-Signature", "").encode()
    rights = [signature(key, *asked, timestamp, nonce).encode() for key in client.keys]
    if not any(hmac.compare_digest(right, given) for right in rights):
        return False
    return once(f"{client.pk}:{nonce}", 2 * CLOCK + 60)


def headers(key: str, method: str, path: str, query: str, body: bytes) -> dict[str, str]:
    """The three headers of a request that we send ourselves, signed with a client's key."""
    timestamp, nonce = str(int(time.time())), secrets.token_urlsafe(24)
    return {
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": signature(key, method, path, query, body, timestamp, nonce),
    }
