"""One person under several ids: which ids an event names, and what a row does that has become another.

The protocol, and why it is exactly once, is docs/decisions/0031. A row that was merged is a signpost: it holds no
facts, only the memory of what came, and passes on what still comes.
"""

import base64
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from mailwright.fold.traits import trait
from mailwright.fold.values import text
from mailwright.model.event import Event, Forwarded
from mailwright.model.problem import Problem
from mailwright.model.profile import Profile, Stamp
from mailwright.model.state import decode_profile, encode_profile
from mailwright.model.times import DAY

ALIASES_KEPT = 16
MOST_HOPS = 16
MOST_LINKS = 200  # in the outbox of one write
SETTLED = DAY  # a signpost as old as this stands on no ring that is just being resolved


def aliased(profile: Profile, event: Event) -> None:
    """alias: another id of the same person."""
    other = previous(event)
    if not other:
        raise Problem("missing_field", "previousId is missing: an alias names the id it replaces")
    if other == profile.customer_id:
        if event.forwarded:
            first = event.forwarded.path[0]
            raise Problem("alias_loop", f"userId {first!r} was merged into previousId {other!r} before")
        raise Problem("self_alias", f"previousId is {other!r} itself: an alias names another id of the same person")
    _note(profile, other, event.at)


def named(profile: Profile, event: Event) -> None:
    """Any event that names other ids of its customer."""
    for other in event.links:
        if other != profile.customer_id:
            _note(profile, other, event.at)


def note_all(profile: Profile, aliases: dict[str, Stamp]) -> None:
    """Take over what another row knows of other ids."""
    for other, at in aliases.items():
        if other != profile.customer_id:
            _note(profile, other, at)


def _note(profile: Profile, other: str, at: int) -> None:
    """The latest 16 by event time: whoever is cut now was never among them with this time or a later one."""
    if profile.aliases.get(other, 0) < at:
        latest = sorted({**profile.aliases, other: at}.items(), key=lambda one: (one[1], one[0]))[-ALIASES_KEPT:]
        profile.aliases = dict(sorted(latest))


def previous(event: Event) -> str:
    """The id an alias call replaces; "" when it names none."""
    return text(event.data.get("previousId") or event.data.get("previous_id"), "previousId", 160)


def asks(before: Profile, events: Iterable[Event], now: int) -> list[Event]:
    """A `link` for each id that these events name and that is not known as this customer's; once for each.

    An alias call is passed on even when the id is known: should it be another's, the caller shall hear of it.
    """
    found: dict[str, str] = {}
    for event in events:
        if event.type == "alias":
            found[previous(event)] = "alias"
        for other in event.links:
            if other != before.customer_id and other not in before.aliases:
                found.setdefault(other, "named")
    return [_link(other, before.customer_id, said, now) for other, said in found.items()]


def fitting(events: list[Event]) -> tuple[list[Event], bool]:
    """The first events that name no more ids than one outbox holds links for, and whether there are others."""
    named = 0
    for place, event in enumerate(events):
        if event.links or event.type == "alias":
            named += len(event.links) + 1
            if named > MOST_LINKS and place:
                return events[:place], True
    return events, False


def accepted(profile: Profile, events: Iterable[Event]) -> Event | None:
    """The `link` by which a row becomes another: the first by time, when there is one."""
    links = [event for event in events if event.type == "link" and event.data.get("said") != "shorter"]
    links = [link for link in links if link.data.get("to") and str(link.data["to"]) != profile.customer_id]
    return min(links, key=lambda link: (link.at, link.id), default=None)


def leave(profile: Profile, to: str, now: int) -> tuple[Profile, list[Event]]:
    """The signpost a row becomes, and what it gives away: a `merge` event, none if there is nothing to give."""
    facts = msgspec.structs.replace(profile, v=0, ids={}, floor=0, due=None, stage="new", segments=[], cluster="")
    sign = Profile(
        profile.customer_id, profile.v, floor=profile.floor, ids=profile.ids, merged_into=to, merged_at=now
    )  # fmt: skip
    if facts == Profile(profile.customer_id):
        return sign, []
    data = {"from": profile.customer_id, "state": base64.b64encode(encode_profile(facts)).decode()}
    return sign, [Event(_id("merge", profile.customer_id, to, now), now, to, "merge", "", "mailwright", data)]


def brought(event: Event) -> Profile:
    """The profile in a `merge` event. Problem when it cannot be read."""
    try:
        return decode_profile(base64.b64decode(str(event.data["state"]), validate=True))
    except Exception as error:  # whatever zlib, msgspec or base64 say of damaged bytes
        raise Problem("malformed_merge", f"the merge holds no profile that can be read: {error}") from error


def reachable(profile: Profile) -> bool:
    """Whether an address was known under this id. Emails that it planned without one never left."""
    return bool(trait(profile.traits, "email"))


def has_contact(profile: Profile) -> bool:
    """Whether any event said something that is kept in a contact row."""
    return "email" in profile.traits or "marketing_consent" in profile.traits


def pass_on(sign: Profile, event: Event, now: int) -> list[Event]:
    """What a signpost does with an event: sends it on and, if another signpost sent it here, tells that one the shorter
    way. Problem when it has come too far.
    """
    path = event.forwarded.path if event.forwarded else []
    if len(path) == MOST_HOPS:
        raise Problem("too_many_hops", f"the event was passed on by {MOST_HOPS} merged ids and is not home yet")
    since = max(sign.merged_at, event.forwarded.since if event.forwarded else 0)
    onward = Forwarded([*path, sign.customer_id], since)
    on = [msgspec.structs.replace(event, customer_id=sign.merged_into, forwarded=onward)]
    if path and path[-1] != sign.merged_into and now - sign.merged_at > SETTLED:
        on.append(_link(path[-1], sign.merged_into, "shorter", now, was=sign.customer_id))
    return on


def repointed(sign: Profile, link: Event) -> Profile | None:
    """A signpost after a `link`: the same object when that is no news, None when it points elsewhere and stays so."""
    to = str(link.data.get("to"))
    if to in (sign.merged_into, sign.customer_id):
        return sign
    if link.data.get("said") != "shorter":
        return None
    return msgspec.structs.replace(sign, merged_into=to) if link.data.get("was") == sign.merged_into else sign


def stands_up(sign: Profile, events: Sequence[Event]) -> bool:
    """Whether these events came back to a row that passed them on, and it is the smallest id of their round."""
    for event in events:
        path = event.forwarded.path if event.forwarded else []
        if sign.customer_id in path:
            start = len(path) - 1 - path[::-1].index(sign.customer_id)
            if min(path[start:]) == sign.customer_id:
                return True
    return False


def _link(old: str, to: str, said: str, at: int, **more: Any) -> Event:
    data = {"to": to, "said": said, **more}
    return Event(_id("link", old, to, at), at, old, "link", "", "mailwright", data)


def _id(kind: str, old: str, to: str, at: int) -> str:
    return f"{kind}-" + sha256(f"{old}\x1f{to}\x1f{at}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
