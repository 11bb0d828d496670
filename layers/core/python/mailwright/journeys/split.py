"""Which branch of a split one customer takes: by hash, so the same on every machine and in every replay."""

import hashlib


def branch(customer_id: str, journey: str, step: str, branches: list[tuple[str, int, str]]) -> tuple[str, str]:
    """(label, id of the next step) of one of (label, weight, next), in proportion to the weights."""
    text = "\x1f".join((customer_id, journey, step))
    total = sum(weight for _, weight, _ in branches)
    point = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) * total >> 64
    for label, weight, target in branches:
        point -= weight
        if point < 0:
            return label, target
    raise ValueError(f"split {step} of {journey} has no branch with a weight")
