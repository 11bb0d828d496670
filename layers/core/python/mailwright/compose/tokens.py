"""Sealed customer ids: what an unsubscribe link and a feedback tag carry instead of personal data.

AES-SIV (RFC 5297) is deterministic and authenticated: no row to look up, nothing to forge. The first character of a
token names the key, so keys rotate and links in old emails still open. `keys` is the secret's JSON object:
`{"current": "a", "a": "<long random text>", ...}`. See docs/decisions/0004-sealed-customer-ids.md.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

_SHORTEST = 43  # letters and digits of 256 random bits
_LONGEST = 1_000  # characters; a customer id of 700 bytes fits, a hostile megabyte is not even decoded


def seal(keys: Mapping[str, str], purpose: str, customer_id: str) -> str:
    """A token of [A-Za-z0-9_-] that `open_sealed` turns back; KeyError or ValueError when the secret is not usable."""
    name = keys["current"]
    if len(name) != 1 or not name.isascii() or not name.isalnum():
        raise ValueError(f"the tokens secret names its current key {name!r}; a key's name is one letter or digit")
    sealed = _cipher(keys[name]).encrypt(customer_id.encode(), [purpose.encode()])
    return name + base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_sealed(keys: Mapping[str, str], purpose: str, token: str) -> str | None:
    """The customer id in a token made for this purpose; None for anything else, whatever it is."""
    name, sealed = token[:1], token[1:]
    if not sealed or len(token) > _LONGEST or not token.isascii() or name not in keys:
        return None
    try:
        raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
        if base64.urlsafe_b64encode(raw).decode().rstrip("=") != sealed:
            return None  # unused bits set: another spelling of a token is not that token
        return _cipher(keys[name]).decrypt(raw, [purpose.encode()]).decode()
    except (binascii.Error, InvalidTag, UnicodeDecodeError):
        return None


@lru_cache(maxsize=16)
def _cipher(key: str) -> AESSIV:
    """AES-SIV takes 512 bits; Secrets Manager makes letters and digits. SHA-512 of enough of them is a uniform key."""
    if len(key) < _SHORTEST:
        raise ValueError(f"a key in the tokens secret has {len(key)} characters; {_SHORTEST} random ones are the least")
    return AESSIV(hashlib.sha512(b"mailwright tokens\0" + key.encode()).digest())
