"""Sending to an address that somebody else named, without being made to knock at doors of our own.

The host is resolved once, every address it leads to is judged, and the connection goes to the address that was judged:
a name that answers differently the second time gains nothing. Only https, with the certificate checked against the
name; redirects are not followed; nothing of what comes back but the status is read.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from urllib3 import HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError

from apps.partners.validators import validate_callback

CONNECT_SECONDS, READ_SECONDS = 5, 10
# Addresses of IPv6 that lead to one of IPv4 behind somebody's translator.
TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


class Undeliverable(Exception):
    """Nothing was delivered; the text says why in a word or two."""


def post(url: str, body: bytes, headers: dict[str, str]) -> None:
    """POST a body. Raises Undeliverable unless the other side answers 2xx."""
    try:
        validate_callback(url)
    except ValidationError as error:
        raise Undeliverable("address invalid") from error
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    pool = HTTPSConnectionPool(
        resolve(host, port),
        port,
        maxsize=1,
        ssl_context=ssl.create_default_context(cafile=settings.CALLBACK_CA_FILE or None),
        server_hostname=host,
        assert_hostname=host,
        timeout=Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
    )
    try:
        answer = pool.urlopen(
            "POST",
            target,
            body=body,
            headers={**headers, "Host": parts.netloc, "User-Agent": "poverty-platform"},
            redirect=False,
            retries=False,
            assert_same_host=False,
            preload_content=False,
        )
        status = answer.status
        answer.close()
    except (HTTPError, OSError, ValueError) as error:
        raise Undeliverable(type(error).__name__) from error
    finally:
        pool.close()
    if not 200 <= status < 300:
        raise Undeliverable(f"status {status}")


def resolve(host: str, port: int) -> str:
    """The address to connect to. Undeliverable when the host leads nowhere, or to any address that is not allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Undeliverable("name unknown") from error
    addresses = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    if not addresses or not all(map(may_reach, addresses)):
        raise Undeliverable("address not allowed")
    return addresses[0]


def may_reach(address: str) -> bool:
    """Whether something may be sent to an address: public ones, and those of `CALLBACK_NETWORKS`."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if any(found in ipaddress.ip_network(network) for network in settings.CALLBACK_NETWORKS):
        return True
    if found.version == 6 and any(found in network for network in TRANSLATED):
        return False
    return found.is_global and not found.is_multicast
