"""Where a request came from, when proxies stand in between."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The client's address as the outermost of our own proxies saw it.

    Each proxy appends the address it was called from to X-Forwarded-For, so with N proxies of ours the N-th from the
    right is true and everything left of it is the client's own say. Without proxies the header is not read at all.
    What stands there without being an address is nobody's: then it is the proxy's own.
    """
    remote = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES < 1:
        return remote
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if len(hops) < settings.TRUSTED_PROXIES:
        return remote
    try:
        return str(ipaddress.ip_address(hops[-settings.TRUSTED_PROXIES]))
    except ValueError:
        return remote
