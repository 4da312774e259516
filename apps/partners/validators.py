"""Rules on single values of a client."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def validate_network(text: str) -> None:
    """A network as `10.1.2.0/24`, or a single address; host bits must be zero."""
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        message = _("“%(text)s”不是网络地址，请写成 10.1.2.0/24 或 10.1.2.3。") % {"text": text}
        raise ValidationError(message, code="network") from error


def validate_callback(text: str) -> None:
    """An address that answers may be delivered to: https, a host, no user name, no fragment, nothing unprintable.

    Where the host leads is looked at when something is delivered (`services.outbound`): names change.
    """
    message = _("“%(text)s”不能作为回调地址，请写成 https://主机/路径。") % {"text": text[:60]}
    wrong = ValidationError(message, code="callback")
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise wrong
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme != "https" or not parts.hostname or port == 0 or parts.fragment or "@" in parts.netloc:
        raise wrong
