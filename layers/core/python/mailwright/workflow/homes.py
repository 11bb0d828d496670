"""The profiles that customer ids stand for: their own, or those of the ids they became."""

from collections.abc import Sequence
from typing import NamedTuple

from mailwright.fold.identity import MOST_HOPS
from mailwright.model.profile import Profile
from mailwright.workflow.ports import Profiles, Unreadable


class Home(NamedTuple):
    profile: Profile
    since: int = 0  # when the id became another, milliseconds UTC; 0 when it did not


def homes(profiles: Profiles, customer_ids: Sequence[str]) -> dict[str, Home]:
    """A Home for each id, an empty profile where there is no row, none where a row on the way cannot be read; one more
    request for each step merged ids are away.

    Ids that lead round in a ring, which lasts moments, stay with a row that holds nothing.
    """
    rows, damaged = _load(profiles, customer_ids)
    found = {name: Home(rows.get(name) or Profile(name)) for name in customer_ids if name not in damaged}
    for _ in range(MOST_HOPS):
        away = {name: home for name, home in found.items() if home.profile.merged_into}
        if not away:
            break
        rows, damaged = _load(profiles, sorted({home.profile.merged_into for home in away.values()}))
        for name, (sign, since) in away.items():
            if sign.merged_into in damaged:
                del found[name]
                continue
            onward = rows.get(sign.merged_into) or Profile(sign.merged_into)
            found[name] = Home(onward, max(since, sign.merged_at))
    return found


def _load(profiles: Profiles, customer_ids: Sequence[str]) -> tuple[dict[str, Profile], list[str]]:
    """What is there, and whose row cannot be read: one of those must not hold up the emails of the others."""
    try:
        return profiles.load(customer_ids), []
    except Unreadable as error:
        return error.others, error.customer_ids
