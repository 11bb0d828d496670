"""Whether a request may write: the write key of a storefront, and Shopify's signature. Compared in constant time."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping


def same(given: str | bytes, wanted: str | bytes) -> bool:
    """Equality that takes as long for a near miss as for a far one. Nothing equals the empty secret."""
    given, wanted = _bytes(given), _bytes(wanted)
    return bool(wanted) and hmac.compare_digest(given, wanted)


def write_key(headers: Mapping[str, str]) -> str:
    """The key in `Authorization`: the user name of Basic, or the token of Bearer; "" when there is none."""
    scheme, _, value = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode().partition(":")[0]
        except (binascii.Error, ValueError):
            return ""
    return ""


def shopify_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether the HMAC header, with or without `X-`, is that of these very bytes under the app's secret."""
    given = headers.get("x-shopify-hmac-sha256") or headers.get("shopify-hmac-sha256") or ""
    if not secret:
        return False
    wanted = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return same(given, wanted)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
