"""Rules on single values of a client."""

from __future__ import annotations

import ipaddress

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def validate_network(text: str) -> None:
    """A network as `10.1.2.0/24`, or a single address; host bits must be zero."""
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        message = _("“%(text)s”不是网络地址，请写成 10.1.2.0/24 或 10.1.2.3。") % {"text": text}
        raise ValidationError(message, code="network") from error
