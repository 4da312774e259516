"""Sealed numbers: known answers of the ciphers, refusals, rotation, and that nothing shows a number by accident."""

import base64
import copy
import json
import pickle
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from hypothesis import given
from hypothesis import strategies as st

from apps.common import sealing
from apps.common.sealing import LocalKeyService, Sealed, UnsealError

NUMBER = "159900196203150015"


def key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


def keys(seal: str = "k1", index: str = "i1") -> dict[str, Any]:
    """Two seal keys and two index keys of each kind, `seal` and `index` active."""
    return {
        "seal": {"active": seal, "keys": {"k1": key("a"), "k2": key("b")}},
        "index": {
            kind: {"active": index, "keys": {"i1": key(str(n)), "i2": key(chr(ord("m") + n))}}
            for n, kind in enumerate(sealing.KINDS)
        },
    }


def test_sm4_known_answer() -> None:
    """GB/T 32907-2016, example 1."""
    secret = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(secret), modes.ECB()).encryptor()
    assert encryptor.update(secret).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_known_answer() -> None:
    """RFC 8998, A.1."""
    cipher = sealing._Sm4(bytes.fromhex("0123456789abcdeffedcba9876543210"))
    nonce = bytes.fromhex("00001234567800000000abcd")
    bound = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    text = bytes.fromhex("".join(letter * 16 for letter in "abcdefea"))
    sealed = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert cipher.encrypt(nonce, text, bound) == sealed
    assert cipher.decrypt(nonce, sealed, bound) == text


def test_hmac_sm3_by_its_definition() -> None:
    def sm3(data: bytes) -> bytes:
        digest = hashes.Hash(hashes.SM3())
        digest.update(data)
        return digest.finalize()

    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    secret = b"0" * 32
    padded = secret.ljust(64, b"\0")
    inner = sm3(bytes(byte ^ 0x36 for byte in padded) + b"citizen\0" + NUMBER.encode())
    outer = sm3(bytes(byte ^ 0x5C for byte in padded) + inner)
    assert LocalKeyService(keys(), "sm4-gcm", "sm3").index("citizen", NUMBER.encode())[0] == outer


@pytest.mark.parametrize("cipher", list(sealing.CIPHERS))
@given(text=st.binary(min_size=1, max_size=64))
def test_what_is_sealed_opens_again(cipher: str, text: bytes) -> None:
    service = LocalKeyService(keys(), cipher)
    for kind in sealing.KINDS:
        assert service.unseal(kind, service.seal(kind, text)) == text


@pytest.mark.parametrize("cipher", list(sealing.CIPHERS))
def test_layout_and_tampering(cipher: str) -> None:
    service = LocalKeyService(keys(), cipher)
    sealed = service.seal("citizen", NUMBER.encode())
    assert sealed[:5] == bytes((1, sealing.CIPHERS[cipher], 2)) + b"k1"
    assert len(sealed) == 5 + 12 + 18 + 16
    assert NUMBER.encode() not in sealed
    assert service.seal("citizen", NUMBER.encode()) != sealed
    for place in range(len(sealed)):
        broken = bytearray(sealed)
        broken[place] ^= 1
        with pytest.raises(UnsealError):
            service.unseal("citizen", bytes(broken))
    for end in (0, 2, 4, 20, len(sealed) - 1):
        with pytest.raises(UnsealError):
            service.unseal("citizen", sealed[:end])
    with pytest.raises(UnsealError):
        service.unseal("phone", sealed)
    with pytest.raises(ValueError, match="unknown kind"):
        service.seal("passport", b"1")


def test_kinds_have_indexes_of_their_own() -> None:
    found = {sealing.blind_index(kind, "13812341234") for kind in sealing.KINDS}
    assert len(found) == 4
    assert {len(index) for index in found} == {32}


def test_the_same_key_under_two_kinds_still_gives_two_indexes() -> None:
    one = sealing._hasher("sha256", b"k" * 32, "phone")(b"13812341234")
    assert one != sealing._hasher("sha256", b"k" * 32, "bank")(b"13812341234")


def test_index_of_a_person_is_over_18_characters() -> None:
    index = sealing.blind_index("citizen", NUMBER)
    assert sealing.blind_index("citizen", f"{NUMBER}42B1") == index
    assert sealing.blind_index("citizen", " '１５９９００-１９６２０３１５００１５") == index
    assert sealing.blind_index("citizen", NUMBER[:-1] + "6") != index
    assert sealing.blind_index("disability", f"{NUMBER}42") != sealing.blind_index("disability", f"{NUMBER}43")


@pytest.mark.parametrize("blank", ["", " ", "-", "'"])
def test_nothing_is_made_of_a_blank(blank: str) -> None:
    for function in (sealing.seal, sealing.blind_index, Sealed.of):
        with pytest.raises(ValueError, match=r"nothing|no number"):
            function("citizen", blank)


def test_rotation_of_seal_keys(settings: Any) -> None:
    settings.FIELD_KEYS = keys("k1")
    old = sealing.seal("bank", "6228572998725389349")
    assert sealing.rotate("bank", old) is None
    settings.FIELD_KEYS = keys("k2")
    new = sealing.rotate("bank", old)
    assert new is not None
    assert new[:5] == b"\x01\x01\x02k2"
    assert sealing.unseal("bank", new) == sealing.unseal("bank", old) == "6228572998725389349"
    assert sealing.rotate("bank", new) is None


def test_rotation_to_another_cipher(settings: Any) -> None:
    settings.FIELD_KEYS = keys()
    old = sealing.seal("bank", "6228572998725389349")
    settings.FIELD_CIPHER = "sm4-gcm"
    new = sealing.rotate("bank", old)
    assert new is not None
    assert new[:5] == b"\x01\x02\x02k1"
    assert sealing.unseal("bank", new) == "6228572998725389349"


def test_search_under_old_and_new_index_keys(settings: Any) -> None:
    settings.FIELD_KEYS = keys(index="i1")
    old = sealing.blind_index("phone", "13812341234")
    settings.FIELD_KEYS = keys(index="i2")
    new = sealing.blind_index("phone", "13812341234")
    assert new != old
    assert sealing.blind_indexes("phone", "13812341234") == (new, old)


def test_a_key_that_is_gone_opens_nothing(settings: Any) -> None:
    settings.FIELD_KEYS = keys()
    sealed = sealing.seal("phone", "13812341234")
    table = keys("k2")
    del table["seal"]["keys"]["k1"]
    settings.FIELD_KEYS = table
    with pytest.raises(UnsealError, match="key that is not here"):
        sealing.unseal("phone", sealed)


def test_keys_may_be_json() -> None:
    sealed = LocalKeyService(keys()).seal("phone", b"13812341234")
    assert LocalKeyService(json.dumps(keys())).unseal("phone", sealed) == b"13812341234"


def wrong_tables() -> list[Any]:
    short, missing, active, twice, long_id = (keys() for _ in range(5))
    short["seal"]["keys"]["k1"] = base64.b64encode(b"short").decode()
    del missing["index"]["bank"]
    active["seal"]["active"] = "k9"
    twice["index"]["bank"]["keys"]["i1"] = key("a")
    long_id["seal"] = {"active": "k" * 33, "keys": {"k" * 33: key("a")}}
    return [short, missing, active, twice, long_id, "{", "[]", {"seal": None}, 5]


@pytest.mark.parametrize("table", wrong_tables())
def test_unusable_keys_are_refused_without_being_shown(table: Any) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        LocalKeyService(table)
    assert key("a") not in str(refused.value)


@pytest.mark.parametrize(("cipher", "hash_name"), [("des", "sha256"), ("aes-gcm", "md5")])
def test_unknown_algorithms_are_refused(cipher: str, hash_name: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        LocalKeyService(keys(), cipher, hash_name)


def test_no_keys_at_all(settings: Any) -> None:
    settings.FIELD_KEYS = {}
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        sealing.seal("phone", "13812341234")


class Vault:
    """Another key service, as a hardware module would be."""

    def seal(self, kind: str, data: bytes) -> bytes:
        return f"{kind}:".encode() + data[::-1]

    def unseal(self, kind: str, sealed: bytes) -> bytes:
        return sealed.removeprefix(f"{kind}:".encode())[::-1]

    def is_current(self, sealed: bytes) -> bool:
        return True

    def index(self, kind: str, data: bytes) -> tuple[bytes, ...]:
        return (data.ljust(32, b"."),)


def test_another_key_service(settings: Any) -> None:
    settings.KEY_SERVICE = f"{__name__}.Vault"
    assert sealing.seal("phone", "123") == b"phone:321"
    assert sealing.unseal("phone", b"phone:321") == "123"


def test_a_sealed_value_shows_its_mask_only() -> None:
    value = Sealed.of("citizen", " 159900-196203150015")
    assert str(value) == "1599**********0015"
    assert repr(value) == "<Sealed citizen 1599**********0015>"
    assert f"{value}|{value!s}|{value!r}|{value:>20}" == (
        "1599**********0015|1599**********0015|<Sealed citizen 1599**********0015>|  1599**********0015"
    )
    assert "%s %r" % (value, [value]) == "1599**********0015 [<Sealed citizen 1599**********0015>]"  # noqa: UP031
    assert value.clear() == NUMBER
    assert Sealed("citizen", value.blob).clear() == NUMBER
    assert value.blob is value.blob


def test_equality_is_by_kind_and_number() -> None:
    one, two = Sealed.of("phone", "13812341234"), Sealed("phone", sealing.seal("phone", "138 1234 1234"))
    assert one == two
    assert hash(one) == hash(two)
    assert one != Sealed.of("phone", "13812341235")
    assert one != Sealed.of("bank", "13812341234")
    assert one != "13812341234"
    assert copy.deepcopy([one]) == [one]
    assert copy.copy(one) is one


def test_a_sealed_value_leaves_the_process_in_no_form() -> None:
    value = Sealed.of("citizen", NUMBER)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dumps({"id_no": value}, protocol)
    for dump in (json.dumps, lambda row: json.dumps(row, cls=DjangoJSONEncoder), orjson.dumps):
        with pytest.raises(TypeError):
            dump({"id_no": value})
    with pytest.raises(TypeError):
        iter(value)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        vars(value)
