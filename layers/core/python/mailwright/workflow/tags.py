"""The SES tags of an email: what its feedback carries back. No personal data; names and values of [A-Za-z0-9_-]."""

import re
from collections.abc import Mapping

from mailwright.compose.tokens import seal
from mailwright.model.send import SendTask

_NOT_TAG = re.compile(r"[^A-Za-z0-9_-]")


def tags(task: SendTask, keys: Mapping[str, str]) -> dict[str, str]:
    """All but `at`, the attempt, which is known once the email is claimed."""
    return {
        "sk": task.key,
        "cu": seal(keys, "feedback", task.customer_id),
        "pg": _NOT_TAG.sub("-", task.program),
        "tp": _NOT_TAG.sub("-", task.template),
    }


def program(tag: str) -> str:
    """`journey:cart-abandoned` from the tag `journey-cart-abandoned`."""
    kind, dash, name = tag.partition("-")
    return f"{kind}:{name}" if dash and kind in ("journey", "campaign") else tag
