"""Profiles in memory, with the promises of the port: versions, spills before the write, timers."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from mailwright.model.outbox import Pending
from mailwright.model.profile import Profile
from mailwright.model.state import decode_profile, encode_profile
from mailwright.workflow.ports import Page, Spill, Unreadable


class FakeProfiles:
    """`pending` keeps what each successful write decided, in order; `writes` and `loads` count calls.

    `before_commit`, when set, is called with the customer id first: it may raise, or write as another writer would.
    """

    def __init__(self) -> None:
        self.rows: dict[str, tuple[int, bytes]] = {}
        self.timers: dict[str, int] = {}
        self.spilled: dict[tuple[str, int], bytes] = defaultdict(bytes)
        self.pending: list[Pending] = []
        self.writes = 0
        self.loads = 0
        self.per_page = 10
        self.before_commit: Callable[[str], None] | None = None

    def put(self, profile: Profile, due: int | None = None) -> None:
        """Set the scene: store a profile, whatever was there."""
        self.commit(self._at(profile.customer_id, profile), due, Pending())

    def _at(self, customer_id: str, profile: Profile) -> Profile:
        stored = self.rows.get(customer_id)
        profile.v = stored[0] if stored else 0
        return profile

    def load(self, customer_ids: Sequence[str]) -> dict[str, Profile]:
        self.loads += 1
        found, damaged = {}, []
        for name in customer_ids:
            if name in self.rows:
                v, state = self.rows[name]
                try:
                    found[name] = decode_profile(state)
                except ValueError:
                    damaged.append(name)
                    continue
                found[name].v = v
        if damaged:
            raise Unreadable(damaged, found)
        return found

    def seen(self, customer_id: str, day: int) -> bytes:
        return self.spilled.get((customer_id, day), b"")

    def commit(self, profile: Profile, due: int | None, pending: Pending, spills: Sequence[Spill] = ()) -> bool:
        name = profile.customer_id
        if self.before_commit is not None:
            self.before_commit(name)
        for day, ids in spills:
            self.spilled[name, day] += ids
        stored = self.rows.get(name)
        if (stored[0] if stored else 0) != profile.v:
            return False
        self.writes += 1
        self.rows[name] = (profile.v + 1, encode_profile(replace(profile, v=profile.v + 1, due=due)))
        self.timers.pop(name, None)
        if due is not None:
            self.timers[name] = due
        if pending:
            self.pending.append(pending)
        return True

    def due(self, before: int) -> Iterator[str]:
        return (name for name, at in sorted(self.timers.items(), key=lambda one: one[1]) if at <= before)

    def scan(self, segment: int, segments: int) -> Iterator[Profile]:
        for place, name in enumerate(sorted(self.rows)):
            if place % segments == segment:
                yield self.load([name])[name]

    def pages(self, segment: int, segments: int, after: list[str] | None = None) -> Iterator[Page]:
        """`per_page` rows at a time."""
        names = [name for place, name in enumerate(sorted(self.rows)) if place % segments == segment]
        names = [name for name in names if after is None or name > after[0]]
        for start in range(0, max(1, len(names)), self.per_page):
            some = names[start : start + self.per_page]
            more = start + self.per_page < len(names)
            page = Page([], [], [some[-1], "profile"] if more else None)
            for name in some:
                try:
                    page.profiles.append(self.load([name])[name])
                except Unreadable:
                    page.unreadable.append(name)
            yield page
