"""Joining two ids: the facts are those of one id from the start, in whatever order merges and events come."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mailwright.fold import identity
from mailwright.fold.merge import join
from mailwright.fold.reduce import reduce
from mailwright.model.event import Event, Forwarded
from mailwright.model.problem import Problem
from mailwright.model.profile import Profile
from mailwright.model.state import decode_profile, encode_profile
from mailwright.model.times import DAY
from tests.core.histories import START, histories

NOW = START + 4 * DAY


def facts(profile: Profile) -> bytes:
    """What is known, without what only says how it came together."""
    same = decode_profile(encode_profile(profile))
    same.absorbed, same.v, same.ids = 0, 0, {}
    return encode_profile(same)


def merge_of(profile: Profile, to: str = "c1") -> list[Event]:
    return identity.leave(profile, to, NOW)[1]


@settings(deadline=None, max_examples=250)
@given(histories(longest=30), st.integers(0, 2**32), st.integers(1, 3), st.randoms(use_true_random=False))
def test_merged_ids_know_what_one_id_would_know_from_the_start(
    history: list[Event], mask: int, olds: int, shuffle: random.Random
) -> None:
    expected = facts(reduce(Profile("c1"), history))
    mine: list[Event] = []
    theirs: dict[str, list[Event]] = {}
    for place, event in enumerate(history):
        owner = (mask >> place) % (olds + 1)
        if owner:
            theirs.setdefault(f"old{owner}", []).append(replace(event, customer_id=f"old{owner}"))
        else:
            mine.append(event)
    for name, events in theirs.items():
        left = reduce(Profile(name), events)
        mine += merge_of(left)
    shuffle.shuffle(mine)
    cut = shuffle.randrange(len(mine) + 1)
    profile = decode_profile(encode_profile(reduce(Profile("c1"), mine[:cut])))
    assert facts(reduce(profile, mine[cut:])) == expected


@settings(deadline=None, max_examples=100)
@given(histories(longest=30, spread=500 * DAY), st.integers(0, 2**32), st.booleans())
def test_what_is_too_old_after_the_merge_is_dropped_as_it_would_have_been(
    history: list[Event], mask: int, late: bool
) -> None:
    expected = facts(reduce(Profile("c1"), history))
    mine = [event for place, event in enumerate(history) if mask >> place & 1]
    theirs = [event for place, event in enumerate(history) if not mask >> place & 1]
    merge = merge_of(reduce(Profile("old"), [replace(event, customer_id="old") for event in theirs]))
    first, then = (mine, merge) if late else (merge, mine)
    assert facts(reduce(reduce(Profile("c1"), first), then)) == expected


@settings(deadline=None, max_examples=100)
@given(st.lists(histories(longest=12), min_size=3, max_size=3))
def test_joining_is_associative_and_commutative(three: list[list[Event]]) -> None:
    profiles = [reduce(Profile(f"c{n}"), events) for n, events in enumerate(three)]

    def joined(*order: int) -> bytes:
        draft = reduce(Profile("c"), [])
        for place in order:
            join(draft, profiles[place])
        return facts(reduce(draft, []))

    pair = reduce(Profile("c"), [])
    join(pair, profiles[1])
    join(pair, profiles[2])
    nested = reduce(Profile("c"), [])
    join(nested, pair)
    join(nested, profiles[0])
    assert joined(0, 1, 2) == joined(2, 0, 1) == joined(1, 2, 0) == facts(reduce(nested, []))


def test_a_merge_changes_neither_of_the_profiles_it_was_made_from() -> None:
    old = reduce(Profile("old"), [Event("1", START, "old", "track", "Product Added", data={"product_id": "p"})])
    new = reduce(Profile("c1"), [Event("2", START, "c1", "page")])
    before = encode_profile(new), encode_profile(old)
    merged = reduce(new, merge_of(old))
    assert (encode_profile(new), encode_profile(old)) == before
    assert merged.absorbed == 1
    assert len(merged.cart.changes) == 1


def test_an_id_that_did_nothing_has_nothing_to_give() -> None:
    sign, given_away = identity.leave(Profile("old"), "c1", NOW)
    assert given_away == []
    assert (sign.merged_into, sign.merged_at) == ("c1", NOW)


def test_a_signpost_remembers_what_came_and_nothing_else() -> None:
    old = reduce(Profile("old", floor=3, ids={5: b"abcdef"}), [Event("1", START, "old", "page")])
    sign, (merge,) = identity.leave(old, "c1", NOW)
    assert sign == Profile("old", floor=3, ids={5: b"abcdef"}, merged_into="c1", merged_at=NOW)
    assert merge.customer_id == "c1"
    assert identity.brought(merge).ids == {}


@pytest.mark.parametrize("data", [{}, {"state": 5}, {"state": "AAAA"}, {"state": "%%"}, {"state": "AWFhYWFh"}])
def test_a_damaged_merge_is_refused_with_its_reason(data: dict[str, object]) -> None:
    with pytest.raises(Problem, match="no profile that can be read"):
        reduce(Profile("c1"), [Event("m", NOW, "c1", "merge", data=data)])


def test_thousands_of_ids_in_one_stay_one_small_row() -> None:
    profile = Profile("c1")
    for number in range(3000):
        data = {"product_id": f"p{number}", "name": f"Thing {number}", "category": f"k{number}", "price": 5}
        events = [
            Event(
                "1", START + number, f"old{number}", "track", "Product Viewed", data=data, links=[f"cookie-{number}"]
            ),
            Event("2", START + number, f"old{number}", "track", "Product Added", data=data),
            Event("3", START + number, f"old{number}", "track", f"Custom {number}"),
        ]
        profile = reduce(profile, merge_of(reduce(Profile(f"old{number}"), events)))
    assert profile.absorbed == 3000
    assert list(profile.aliases) == sorted(f"cookie-{number}" for number in range(2984, 3000))
    assert profile.totals[1] == 3000
    assert len(encode_profile(profile)) < 8_000


def test_only_ids_not_known_are_asked_for_and_each_once() -> None:
    known = reduce(Profile("c1"), [Event("1", START, "c1", "page", links=["a"])])
    events = [Event(str(n), START + n, "c1", "page", links=["a", "b", "c1"]) for n in range(5)]
    assert [(one.customer_id, one.data["to"]) for one in identity.asks(known, events, NOW)] == [("b", "c1")]
    alias = Event("9", START, "c1", "alias", data={"previousId": "a"})
    assert [one.data["said"] for one in identity.asks(known, [alias], NOW)] == ["alias"]


def test_an_event_goes_on_with_its_path_and_an_old_signpost_shows_the_shorter_way() -> None:
    sign = Profile("b", merged_into="c", merged_at=NOW - 2 * DAY)
    event = Event("1", START, "b", "page", forwarded=Forwarded(["a"], NOW - 3 * DAY))
    onward, shorter = identity.pass_on(sign, event, NOW)
    assert onward == replace(event, customer_id="c", forwarded=Forwarded(["a", "b"], NOW - 2 * DAY))
    first = Profile("a", merged_into="b", merged_at=NOW - 3 * DAY)
    assert identity.repointed(first, shorter) == replace(first, merged_into="c")
    elsewhere = replace(first, merged_into="x")
    assert identity.repointed(elsewhere, shorter) is elsewhere
    assert len(identity.pass_on(replace(sign, merged_at=NOW), event, NOW)) == 1


def test_a_path_has_an_end() -> None:
    event = Event("1", START, "b", "page", forwarded=Forwarded([f"x{n}" for n in range(16)], NOW))
    with pytest.raises(Problem, match="passed on by 16"):
        identity.pass_on(Profile("b", merged_into="c", merged_at=NOW), event, NOW)


def test_of_a_ring_the_smallest_id_stands_up() -> None:
    def back(at: str, *path: str) -> bool:
        event = Event("1", START, at, "merge", forwarded=Forwarded(list(path), NOW))
        return identity.stands_up(Profile(at, merged_into="?"), [event])

    assert back("a", "x", "b", "a", "c", "b")
    assert not back("b", "0", "b", "a", "c")
    assert not back("a", "b", "c")
    assert back("b", "a", "b", "c")  # a points into the ring and is not part of it
