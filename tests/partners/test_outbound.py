"""Sending to addresses that others named: only https, only where it is allowed, and never elsewhere than judged."""

from __future__ import annotations

import socket

import pytest
from django.core.exceptions import ValidationError

from apps.partners.services import outbound
from apps.partners.services.outbound import Undeliverable, may_reach, post
from apps.partners.validators import validate_callback
from tests.factories.receiver import receiving


@pytest.fixture
def receiver(tmp_path, settings):
    with receiving(tmp_path) as found:
        settings.CALLBACK_CA_FILE = found.authority
        settings.CALLBACK_NETWORKS = ["127.0.0.0/8"]
        yield found


@pytest.fixture
def names(monkeypatch):
    """What host names lead to: each look-up takes the next answer of its list, the last one stays."""
    book: dict[str, list[list[str]]] = {"receiver.test": [["127.0.0.1"]]}

    def look_up(host, port, *args, **kwargs):
        try:
            answers = book[host]
        except KeyError:
            return real(host, port, *args, **kwargs)
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return book


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.0.0.1",
            "172.16.5.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *(
            "255.255.255.255",
            "192.0.2.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
        ),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "2001:0:7f00:1::"),
    ],
)
def test_no_address_of_our_own_or_of_nobody_is_reached(address):
    assert not may_reach(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "202.106.0.20", "2400:3200::1", "::ffff:1.1.1.1"])
def test_public_addresses_are_reached(address):
    assert may_reach(address)


def test_networks_that_the_operator_names_are_reached(settings):
    settings.CALLBACK_NETWORKS = ["10.20.0.0/16"]
    assert may_reach("10.20.3.4") and may_reach("::ffff:10.20.3.4") and not may_reach("10.21.0.1")


@pytest.mark.parametrize(
    "text",
    [
        *("http://a.test/x", "ftp://a.test/", "file:///etc/passwd", "//a.test/x", "a.test/x", "https://", "https:///x"),
        *(
            "https://user@a.test/",
            "https://user:pw@a.test/",
            "https://a.test/#x",
            "https://a.test/ x",
            "https://a.test:0/",
        ),
        *("https://a.test:99999/", "https://a.test\\@b.test/", "https://例子.test/", "https://a.test/\r\nX: y", ""),
    ],
)
def test_what_cannot_be_an_address_to_deliver_to(text):
    with pytest.raises(ValidationError):
        validate_callback(text)
    with pytest.raises(Undeliverable):
        post(text, b"{}", {})


def test_a_body_is_delivered_to_the_name_s_own_certificate(receiver, names):
    post(receiver.url(path="/on-search?a=1"), b'{"a":1}', {"X-Signature": "s", "Content-Type": "application/json"})
    [(path, headers, body)] = receiver.got
    assert (path, body) == ("/on-search?a=1", b'{"a":1}')
    assert headers["Host"] == f"receiver.test:{receiver.port}" and headers["X-Signature"] == "s"


def test_a_certificate_of_another_name_or_authority_is_refused(receiver, names, settings):
    names["other.test"] = [["127.0.0.1"]]
    with pytest.raises(Undeliverable):
        post(receiver.url("other.test"), b"{}", {})
    settings.CALLBACK_CA_FILE = ""
    with pytest.raises(Undeliverable):
        post(receiver.url(), b"{}", {})
    assert receiver.got == []


def test_a_redirect_is_not_followed(receiver, names):
    receiver.status, receiver.location = 307, receiver.url(path="/elsewhere")
    with pytest.raises(Undeliverable, match="status 307"):
        post(receiver.url(), b"{}", {})
    assert len(receiver.got) == 1


@pytest.mark.parametrize("status", [304, 400, 404, 500])
def test_only_2xx_is_delivered(receiver, names, status):
    receiver.status = status
    with pytest.raises(Undeliverable):
        post(receiver.url(), b"{}", {})


def test_a_name_that_leads_to_a_private_address_is_refused(receiver, names, settings):
    settings.CALLBACK_NETWORKS = []
    with pytest.raises(Undeliverable, match="address not allowed"):
        post(receiver.url(), b"{}", {})
    with pytest.raises(Undeliverable, match="address not allowed"):
        post(receiver.url("127.0.0.1"), b"{}", {})
    assert receiver.got == []


def test_one_private_address_among_public_ones_refuses_them_all(receiver, names, settings):
    settings.CALLBACK_NETWORKS = []
    names["mixed.test"] = [["1.1.1.1", "127.0.0.1"]]
    with pytest.raises(Undeliverable, match="address not allowed"):
        post(receiver.url("mixed.test"), b"{}", {})


def test_a_name_that_changes_its_answer_gains_nothing(receiver, names, monkeypatch):
    """The first answer is judged, and the connection goes there: nobody asks a second time."""
    names["rebinding.test"] = [["127.0.0.2"], ["127.0.0.1"]]
    asked = []
    monkeypatch.setattr(outbound, "may_reach", lambda address: asked.append(address) or True)
    with pytest.raises(Undeliverable):
        post(receiver.url("rebinding.test"), b"{}", {})
    assert asked == ["127.0.0.2"] and len(names["rebinding.test"]) == 1
    assert receiver.got == []


def test_a_name_that_nobody_knows_and_a_silent_port_are_undeliverable(names, settings, monkeypatch):
    settings.CALLBACK_NETWORKS = ["127.0.0.0/8"]

    def nobody(*args, **kwargs):
        raise socket.gaierror

    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(outbound, "READ_SECONDS", 0.2)
        monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.2)
        with pytest.raises(Undeliverable):
            post(f"https://receiver.test:{silent.getsockname()[1]}/", b"{}", {})
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(Undeliverable, match="name unknown"):
        post("https://receiver.test/", b"{}", {})
