"""Encryption of personal numbers and the blind indexes to find them by.

A sealed number is `version, algorithm, length of key id, key id, nonce, data, tag`; kind and header are bound
to it as associated data, so that a phone cannot pass as a bank account. The blind index is a keyed hash of
the normalised number under a key of its own kind, the same wherever the number is kept, so that tables join
on it. All keys come from one `KeyService`: local keys now, a hardware module by another class named in
`settings.KEY_SERVICE`.
"""

import base64
import binascii
import hmac
import json
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NoReturn, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from .numbers import mask, normalise_number

KINDS = ("citizen", "disability", "phone", "bank")
# What else is kept sealed but never looked for: it has no blind index and no key for one.
SEALED_KINDS = (*KINDS, "secret")
VERSION = 1
AES_GCM, SM4_GCM = 1, 2
CIPHERS = {"aes-gcm": AES_GCM, "sm4-gcm": SM4_GCM}
HASHES = ("sha256", "sm3")
NONCE, TAG = 12, 16
# A person is known by the citizen number alone, whatever a certificate appends to it.
CITIZEN_CHARACTERS = 18


class UnsealError(ValueError):
    """The stored bytes are damaged, of another kind, or sealed with a key that is not here."""


class _Aes:
    """AES-256-GCM."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def encrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        return self._cipher.encrypt(nonce, data, bound)

    def decrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        return self._cipher.decrypt(nonce, data, bound)


class _Sm4:
    """SM4-GCM (GB/T 32907-2016, mode of GB/T 17964)."""

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        encryptor = Cipher(self._key, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, bound: bytes) -> bytes:
        decryptor = Cipher(self._key, modes.GCM(nonce, data[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(bound)
        return decryptor.update(data[:-TAG]) + decryptor.finalize()


class KeyService(Protocol):
    """What the platform needs of whoever holds the keys."""

    def seal(self, kind: str, data: bytes) -> bytes:
        """Encrypt with the current key."""

    def unseal(self, kind: str, sealed: bytes) -> bytes:
        """Decrypt with the key named in the text; UnsealError."""

    def is_current(self, sealed: bytes) -> bool:
        """Whether the text was sealed with the current key and algorithm."""

    def index(self, kind: str, data: bytes) -> tuple[bytes, ...]:
        """Blind indexes under the current key (first) and the earlier ones still searched for."""


class LocalKeyService:
    """Keys from `settings.FIELD_KEYS`, algorithms from `settings.FIELD_CIPHER` and `settings.FIELD_HASH`.

    Shape, as a mapping or its JSON: `{"seal": {"active": ID, "keys": {ID: BASE64}}, "index": {KIND:
    {"active": ID, "keys": {ID: BASE64}}}}`, 32 bytes each. What is not active is only read: old texts are
    still opened, old indexes still searched for.
    """

    def __init__(self, keys: Mapping[str, Any] | str, cipher: str = "aes-gcm", hash_name: str = "sha256") -> None:
        try:
            table = json.loads(keys) if isinstance(keys, str) else keys
            self._keys = _ring(table["seal"])
            index_keys = {kind: tuple(_ring(table["index"][kind]).values()) for kind in KINDS}
            self._algorithm = CIPHERS[cipher]
            if hash_name not in HASHES:
                raise KeyError(hash_name)
            everything = [key for row in (tuple(self._keys.values()), *index_keys.values()) for key in row]
            if len(set(everything)) != len(everything):
                raise ValueError("a key serves two purposes")
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            # The value itself never goes into a message.
            raise ImproperlyConfigured(
                f"FIELD_KEYS, FIELD_CIPHER or FIELD_HASH is not usable ({type(error).__name__})"
            ) from None
        self._ciphers: dict[tuple[bytes, str], _Aes | _Sm4] = {}
        self._header = self._header_of(self._algorithm, next(iter(self._keys)))
        self._indexes = {kind: tuple(_hasher(hash_name, key, kind) for key in row) for kind, row in index_keys.items()}

    @staticmethod
    def _header_of(algorithm: int, key_id: str) -> bytes:
        name = key_id.encode("ascii")
        return bytes((VERSION, algorithm, len(name))) + name

    def _cipher(self, header: bytes, kind: str) -> _Aes | _Sm4:
        try:
            return self._ciphers[header, kind]
        except KeyError:
            pass
        if kind not in SEALED_KINDS:
            raise ValueError(f"unknown kind of number: {kind}")
        key_id = header[3:].decode("ascii", "replace")
        if header[0] != VERSION or key_id not in self._keys:
            raise UnsealError("sealed with a key that is not here")
        secret, info = self._keys[key_id], f"poverty field {kind} {header[1]}".encode()
        cipher: _Aes | _Sm4
        if header[1] == AES_GCM:
            cipher = _Aes(HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(secret))
        elif header[1] == SM4_GCM:
            cipher = _Sm4(HKDF(hashes.SM3(), 16, salt=None, info=info).derive(secret))
        else:
            raise UnsealError("unknown algorithm")
        self._ciphers[header, kind] = cipher
        return cipher

    def seal(self, kind: str, data: bytes) -> bytes:
        header, nonce = self._header, os.urandom(NONCE)
        return header + nonce + self._cipher(header, kind).encrypt(nonce, data, header + kind.encode())

    def unseal(self, kind: str, sealed: bytes) -> bytes:
        if len(sealed) < 3 or len(sealed) < 3 + sealed[2] + NONCE + TAG:
            raise UnsealError("not a sealed number")
        start = 3 + sealed[2]
        header, nonce = sealed[:start], sealed[start : start + NONCE]
        try:
            return self._cipher(header, kind).decrypt(nonce, sealed[start + NONCE :], header + kind.encode())
        except InvalidTag:
            raise UnsealError("damaged, or of another kind") from None

    def is_current(self, sealed: bytes) -> bool:
        return sealed.startswith(self._header)

    def index(self, kind: str, data: bytes) -> tuple[bytes, ...]:
        try:
            return tuple(hasher(data) for hasher in self._indexes[kind])
        except KeyError:
            raise ValueError(f"unknown kind of number: {kind}") from None


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(key) != 32:
        raise ValueError("32 bytes expected")
    return key


def _ring(table: Mapping[str, Any]) -> dict[str, bytes]:
    """Key id → key, the active one first."""
    active = table["active"]
    if not all(0 < len(key_id.encode("ascii")) <= 32 for key_id in table["keys"]):
        raise ValueError("key id")
    others = {key_id: _key(text) for key_id, text in table["keys"].items() if key_id != active}
    return {active: _key(table["keys"][active]), **others}


def _hasher(name: str, key: bytes, kind: str) -> Callable[[bytes], bytes]:
    """A function from text to HMAC under `key`, the kind hashed first; the keyed state is computed once."""
    domain = kind.encode() + b"\0"
    if name == "sha256":
        fast = hmac.new(key, domain, "sha256")

        def sha256(data: bytes) -> bytes:
            state = fast.copy()
            state.update(data)
            return state.digest()

        return sha256
    keyed = HMAC(key, hashes.SM3())
    keyed.update(domain)

    def sm3(data: bytes) -> bytes:
        state = keyed.copy()
        state.update(data)
        return state.finalize()

    return sm3


@lru_cache(maxsize=1)
def key_service() -> KeyService:
    """The key service of this process; ImproperlyConfigured when the keys are missing or wrong."""
    path = getattr(settings, "KEY_SERVICE", "")
    if path:
        return import_string(path)()
    keys = getattr(settings, "FIELD_KEYS", None)
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is not set")
    return LocalKeyService(
        keys,
        getattr(settings, "FIELD_CIPHER", "aes-gcm"),
        getattr(settings, "FIELD_HASH", "sha256"),
    )


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting in {"FIELD_KEYS", "FIELD_CIPHER", "FIELD_HASH", "KEY_SERVICE"}:
        key_service.cache_clear()


setting_changed.connect(_forget, dispatch_uid="common.sealing")


def seal(kind: str, clear: str) -> bytes:
    """Encrypt a number of a kind (normalised first); ValueError when it is blank."""
    text = normalise_number(clear)
    if not text:
        raise ValueError("nothing to seal")
    return key_service().seal(kind, text.encode())


def unseal(kind: str, sealed: bytes) -> str:
    """The number that was sealed; UnsealError when it is damaged, of another kind or under an unknown key."""
    return key_service().unseal(kind, bytes(sealed)).decode()


def rotate(kind: str, sealed: bytes) -> bytes | None:
    """The same number under the current key and algorithm, None when it is under them already."""
    service, text = key_service(), bytes(sealed)
    return None if service.is_current(text) else service.seal(kind, service.unseal(kind, text))


def blind_indexes(kind: str, clear: str) -> tuple[bytes, ...]:
    """All blind indexes a number may be stored under, the active one first (more while keys change)."""
    text = normalise_number(clear)
    if not text:
        raise ValueError("nothing to index")
    if kind == "citizen":
        text = text[:CITIZEN_CHARACTERS]
    return key_service().index(kind, text.encode())


def blind_index(kind: str, clear: str) -> bytes:
    """The 32 bytes by which a number is found, joined and kept unique; ValueError when it is blank."""
    return blind_indexes(kind, clear)[0]


class Sealed:
    """A personal number in memory: it shows its mask everywhere, and itself only when asked by `clear()`.

    Equal to another of the same kind and number. It cannot be pickled or turned into JSON, so that it reaches
    neither a cache nor a queue nor a log.
    """

    __slots__ = ("_blob", "_clear", "_kind")

    def __init__(self, kind: str, blob: bytes) -> None:
        """A number as it comes from the database; decrypted when first needed."""
        self._kind, self._blob, self._clear = kind, blob, None

    _blob: bytes | None
    _clear: str | None
    _kind: str

    @classmethod
    def of(cls, kind: str, text: str) -> "Sealed":
        """A number typed or imported; ValueError when it is blank or the kind unknown."""
        number = normalise_number(text)
        if not number or kind not in SEALED_KINDS:
            raise ValueError("no number of a known kind")
        made = cls(kind, b"")
        made._blob, made._clear = None, number
        return made

    @property
    def kind(self) -> str:
        """citizen, disability, phone, bank or secret."""
        return self._kind

    @property
    def blob(self) -> bytes:
        """The sealed bytes to store; kept once made."""
        if self._blob is None:
            self._blob = seal(self._kind, self.clear())
        return self._blob

    def clear(self) -> str:
        """The number itself. Whoever calls this answers for the right to see it."""
        if self._clear is None:
            self._clear = unseal(self._kind, self._blob or b"")
        return self._clear

    def __str__(self) -> str:
        return mask(self._kind, self.clear())

    def __repr__(self) -> str:
        return f"<Sealed {self._kind} {self}>"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sealed):
            return NotImplemented
        return self._kind == other._kind and hmac.compare_digest(self.clear(), other.clear())

    def __hash__(self) -> int:
        return hash((self._kind, self.clear()))

    def __copy__(self) -> "Sealed":
        return self

    def __deepcopy__(self, memo: dict) -> "Sealed":
        return self

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a sealed number is not pickled")
