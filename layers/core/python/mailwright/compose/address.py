"""Is this an address an email can be sent to? A pragmatic reading of RFC 5321: what mailbox providers really accept."""

import re

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)


def sendable(address: str) -> str:
    """The address in the form to send to, its domain in ASCII lower case; "" when it cannot be sent to.

    A domain in another script becomes punycode. A local part that is not ASCII is refused: SES does not carry
    SMTPUTF8. Quoted local parts and address literals are refused too; nobody shops with one.
    """
    local, at, domain = address.strip(" ").rpartition("@")
    if not at or len(local) > 64 or not _LOCAL.fullmatch(local):
        return ""
    domain = _ascii(domain)
    labels = domain.split(".")
    if len(domain) > 253 or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        return ""
    return f"{local}@{domain}"


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return domain.encode("idna").decode().lower()
    except UnicodeError:
        return ""
