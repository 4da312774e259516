"""How often a stranger may do something, in the cache. Nobody's address is kept: a digest of it, for two minutes."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from apps.common.network import client_ip
from apps.partners.services import limits

SENT_A_MINUTE, ASKED_A_MINUTE = 20, 30
"""Complaints and questions after one that are taken from one address in a minute."""
ASKED_OF_ONE = 10
"""Questions after one complaint in a minute, from wherever."""


def sending(request: HttpRequest) -> float:
    """Count a complaint; the seconds to wait if there were too many from this address, else 0."""
    return limits.spend(f"complaint:{_digest(_source(request))}", 1, SENT_A_MINUTE)


def asking(request: HttpRequest, number: str) -> float:
    """Count a question after a complaint, right or wrong, of the address and of the number."""
    wait = limits.spend(f"follow:{_digest(_source(request))}", 1, ASKED_A_MINUTE)
    return wait or limits.spend(f"followed:{_digest(number)}", 1, ASKED_OF_ONE)


def _source(request: HttpRequest) -> str:
    """The address that a request is counted under: of IPv6 its network, of which one line has every address."""
    written = client_ip(request)
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return written
    return written if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


def _digest(text: str) -> str:
    return salted_hmac("publicsite.gates", text, algorithm="sha256").hexdigest()[:32]
