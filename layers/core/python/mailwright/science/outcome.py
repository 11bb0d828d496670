"""What customers were like at an instant, and what they did after it: kept apart, so that no answer leaks into it.

A Snapshot is made of profiles that know nothing later than its instant, or it is not made. An Outcome is what the
counters of these customers gained from that instant on. A Sample joins the two, and refuses columns that are later than
the beginning of the outcome; two Samples are an experiment when the first was over before the second began.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from mailwright.expression.tree import Scalar
from mailwright.fold.view import columns
from mailwright.model.columns import COLUMNS
from mailwright.model.content import Content
from mailwright.model.profile import Profile, count
from mailwright.model.times import DAY, iso
from mailwright.segments.membership import compiled

OUTCOMES = {"ordered-30d": ("orders", 30), "clicked-30d": ("clicks", 30)}  # name -> counter, days
# Columns that no fold up to an instant can give, and why.
LATER = {"cluster": "the model of clusters may have been trained on what customers did later"}


class Leak(ValueError):
    """A question holds a part of its answer; the message says which."""


class Snapshot(NamedTuple):
    """Columns of every customer as of `at`, by id."""

    at: int
    rows: Mapping[str, Mapping[str, Scalar]]


class Outcome(NamedTuple):
    """Who did it (True) and who did not, in `since` < t <= `until`."""

    name: str
    since: int
    until: int
    did: Mapping[str, bool]


class Sample(NamedTuple):
    """Customers with their columns as of `at`, and whether they did it by `until`; all lists in one order."""

    name: str
    at: int
    until: int
    columns: Mapping[str, Sequence[Scalar]]
    did: Sequence[bool]


def snapshot(profiles: Iterable[Profile], at: int, content: Content) -> Snapshot:
    """The columns of those who had been seen by `at`. Leak when a profile holds anything of a later time."""
    members = compiled(content)
    rows: dict[str, Mapping[str, Scalar]] = {}
    for profile in profiles:
        if profile.merged_into or not profile.first_seen:
            continue
        if (latest := newest(profile)) > at:
            raise Leak(
                f"the profile of {profile.customer_id!r} knows of {iso(latest)}, which is after {iso(at)}: columns as "
                "of an instant are made of events up to that instant alone"
            )
        row = columns(profile, at, content.shop.scale)
        members(row)  # fills in the persona
        rows[profile.customer_id] = {name: row[name] for name in COLUMNS if name not in LATER}
    return Snapshot(at, dict(sorted(rows.items())))


def newest(profile: Profile) -> int:
    """The latest instant that anything in a profile speaks of; of a day's counts, the day's beginning."""
    return max(
        profile.first_seen,
        profile.last_seen,
        profile.first_order,
        profile.last_order,
        profile.cart.at,
        max(profile.days, default=0) * DAY,
        *(at for at, _ in profile.traits.values()),
        *(at for at, _ in profile.context.values()),
        *(view.at for view in profile.views),
        *(change.at for change in profile.cart.changes),
        *profile.aliases.values(),
        profile.group[0] if profile.group else 0,
    )


def outcome(name: str, since: int, until: int, before: Iterable[Profile], after: Iterable[Profile]) -> Outcome:
    """Whose counter rose between two states of all profiles, as of `since` and as of `until`. An id that became
    another's meanwhile is left out, and what it had counts for nothing the other one did.
    """
    counter, _ = OUTCOMES[name]
    stood = {profile.customer_id: count(profile.totals, counter) for profile in before}
    stands = {profile.customer_id: profile for profile in after}
    had = dict(stood)
    for customer, number in stood.items():
        home = _home(customer, stands)
        if home != customer:
            had[home] = had.get(home, 0) + number
    did = {
        customer: count(stands[customer].totals, counter) > had[customer]
        for customer in stood
        if customer in stands and not stands[customer].merged_into
    }
    return Outcome(name, since, until, did)


def _home(customer: str, stands: Mapping[str, Profile]) -> str:
    """The id that an id is now."""
    path = {customer}
    while (profile := stands.get(customer)) is not None and profile.merged_into and profile.merged_into not in path:
        customer = profile.merged_into
        path.add(customer)
    return customer


def sample(features: Snapshot, told: Outcome, names: Sequence[str] = ()) -> Sample:
    """Customers in both, with the columns `names` (all of them when none is named). Leak when the columns are later
    than the beginning of the outcome, or one is in LATER; ValueError for a name that is no column.
    """
    if features.at > told.since:
        raise Leak(
            f"the columns are as of {iso(features.at)}, but {told.name} counts from {iso(told.since)} on: what "
            "happened in between would be in both"
        )
    for name in names:
        if name in LATER:
            raise Leak(f"{name} cannot be asked for here: {LATER[name]}")
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise ValueError(f"there is no column {name!r} as of an instant{hint}: docs/segments.md lists them")
    customers = [customer for customer in features.rows if customer in told.did]
    chosen = list(dict.fromkeys(names)) or [name for name in COLUMNS if name not in LATER]
    return Sample(
        told.name,
        features.at,
        told.until,
        {name: [features.rows[customer][name] for customer in customers] for name in chosen},
        [told.did[customer] for customer in customers],
    )


def apart(train: Sample, test: Sample) -> None:
    """Leak unless what is learned from was over before the time it is tried on."""
    if train.until > test.at:
        raise Leak(
            f"what is learned from ends on {iso(train.until)}, after the columns it is tried on, of {iso(test.at)}: "
            "the same days would be learned from and tried on"
        )
