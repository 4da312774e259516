"""Where a request came from, when proxies stand in between."""

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The client's address as the outermost of our own proxies saw it.

    Each proxy appends the address it was called from to X-Forwarded-For, so with N proxies of ours the N-th from the
    right is true and everything left of it is the client's own say. Without proxies the header is not read at all.
    """
    remote = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES < 1:
        return remote
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    return hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else remote
