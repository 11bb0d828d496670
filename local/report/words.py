"""What the machine says, in words a marketer reads: states, reasons, programs."""

from collections.abc import Mapping

from mailwright.ledger.states import TAKEN

# Every reason of mailwright.ledger.reasons, shorter; a test holds the two together.
HELD = {
    "no_consent": "Never said yes to marketing email",
    "opted_out": "Said no to marketing email",
    "no_address": "No email address known",
    "invalid_address": "The address cannot be one",
    "bounce": "An earlier email to the address bounced",
    "complaint": "Reported an earlier email as spam",
    "capped": "Enough marketing email in seven days",
    "ledger_full": "Too many emails in three days",
    "expired": "Too late to still send it",
    "condition": "Its condition no longer held",
    "no_outcome": "SES never said whether it took it",
    "template": "The template could not be used",
    "too_large": "Came out larger than 100 KB",
    "header": "A header would have broken",
    "address": "The shop's own address cannot be used",
    "rule": "Its condition cannot be read",
}

STATES = {
    "accepted": "Sent",
    "delivered": "Delivered",
    "opened": "Opened",
    "clicked": "Clicked",
    "waiting": "Waiting",
    "suppressed": "Held back",
    "expired": "Expired",
    "cancelled": "Cancelled",
    "failed": "Failed",
    "bounced": "Bounced",
    "complained": "Spam complaint",
    "unconfirmed": "Unconfirmed",
}

_BAD = frozenset(("failed", "bounced", "complained", "unconfirmed"))

# What SES said of an email, by the name it has as an event: the later in this list says more.
_FATES = {
    "Email Delivered": "delivered",
    "Email Opened": "opened",
    "Email Link Clicked": "clicked",
    "Email Bounced": "bounced",
    "Email Marked as Spam": "complained",
}


def reason(held: str) -> str:
    """`no_consent` in words. Anything else is SES's own error code, and is kept."""
    if not held:
        return "No reason given"
    return HELD.get(held) or f"SES refused it: {held}"


def fate(state: str, heard: Mapping[str, int]) -> str:
    """How far an email has come: its state in the journal, or more than that if SES said more."""
    if state not in TAKEN:
        return state
    return next((later for name, later in reversed(_FATES.items()) if name in heard), state)


def heard(fates: Mapping[str, int]) -> list[tuple[str, int]]:
    """(`delivered`, when) for each thing SES said, in its order."""
    return [(_FATES[name], at) for name, at in sorted(fates.items(), key=lambda one: one[1]) if name in _FATES]


def state(name: str) -> str:
    """A state as a label: `Held back`."""
    return STATES.get(name, name.capitalize())


def tone(name: str) -> str:
    """How a state is coloured: "good", "held" or "bad"."""
    if name in _BAD:
        return "bad"
    return "good" if name in TAKEN or name in ("opened", "clicked") else "held"


def program(name: str) -> tuple[str, str]:
    """`journey:welcome` -> (`journey`, `welcome`)."""
    kind, _, rest = name.partition(":")
    return (kind, rest) if rest else ("", name)
