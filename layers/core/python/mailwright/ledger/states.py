"""What a state of the ledger means: which end an email, which may have reached SES, and which outranks which."""

from mailwright.model.contact import Slot, State
from mailwright.model.send import SendTask
from mailwright.model.times import DAY, HOUR, MINUTE

TERMINAL: frozenset[State] = frozenset(
    {"accepted", "delivered", "bounced", "complained", "failed", "expired", "cancelled", "unconfirmed"}
)

# SES took these emails; in the account (planned = accepted + ...) they all count as accepted.
TAKEN: frozenset[State] = frozenset({"accepted", "delivered", "bounced", "complained"})

# These may be in a mailbox, so they count towards the cap.
PERHAPS_SENT: frozenset[State] = TAKEN | {"claimed", "unconfirmed"}

# Feedback only ever raises: SES events come twice, late and out of order.
RANK: dict[State, int] = {
    "waiting": 0,
    "claimed": 1,
    "failed": 2,
    "expired": 2,
    "cancelled": 2,
    "unconfirmed": 2,
    "accepted": 3,
    "delivered": 4,
    "bounced": 5,
    "complained": 6,
}

RESOLVE = 15 * MINUTE  # how long a claim without an outcome is left to feedback; many times the function's timeout
LIFETIME = 72 * HOUR  # no email is sent later than this after it was planned
SKEW = 10 * MINUTE  # how far two workers' clocks may stand apart
KEEP = LIFETIME + 2 * SKEW  # after this no worker, by any clock, would still send the task of a slot
SLOTS = 24
CAP_WINDOW = 7 * DAY


def deadline(task: SendTask) -> int:
    """The instant from which a task may no longer be sent. Forgetting slots after KEEP rests on it."""
    return min(task.not_after, task.planned_at + LIFETIME)


def accounted(state: str) -> str:
    """The state under which an email is counted: what SES took is accepted, whatever became of it later."""
    return "accepted" if state in TAKEN else state


def find(sent: list[Slot], key: str) -> Slot | None:
    """The slot of an email, or None when the ledger has none."""
    return next((slot for slot in sent if slot.key == key), None)
