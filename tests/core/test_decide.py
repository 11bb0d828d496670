"""From facts to consequences: membership, journeys, contact changes, and when to look again."""

from typing import Any

from mailwright.content.rules import parse_rule
from mailwright.decide.decide import Decision, decide
from mailwright.fold.reduce import reduce
from mailwright.model.contact import ContactChange
from mailwright.model.content import Content, Journey, Segment, Shop, Step
from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.state import decode_profile, encode_profile
from mailwright.model.times import DAY, HOUR, MINUTE, parse_iso

T = parse_iso("2026-11-22T10:00:00Z")
SHOP = Shop("Shop", "https://shop.example.com", "hello@shop.example.com", "1 Street")
NAMES = ("buyers", "fans", "strangers")
RULES = {
    "fans": "segment('buyers') AND engagement_score >= 0",
    "buyers": "orders >= 1",
    "strangers": "NOT segment('buyers')",
}
SEGMENTS = {name: Segment(name, "", parse_rule(sql, NAMES), sql) for name, sql in RULES.items()}
REMIND = Journey(
    "remind",
    "",
    "w",
    {"w": Step("w", "wait", "s", HOUR), "s": Step("s", "send", template="cart-reminder")},
    ["Product Added"],
    exit_on=["Order Completed"],
    rearm=True,
)
THANKS = Journey("thanks", "", "s", {"s": Step("s", "send", template="thanks")}, ["segment:buyers"])
CONTENT = Content(SHOP, "v1", SEGMENTS, {"remind": REMIND, "thanks": THANKS})
LAMP = {"product_id": "p1", "name": "Lamp", "price": 40}


def event(name: str, at: int, kind: str = "track", /, **data: Any) -> Event:
    return Event(f"{name}-{at}", at, "jane", kind, name if kind == "track" else "", "segment", data)


def step(profile: Profile, now: int, *events: Event, content: Content = CONTENT) -> Decision:
    return decide(profile, reduce(profile, events), events, content, now)


def ordered(at: int) -> Event:
    return event("Order Completed", at, order_id=f"o{at}", total=40, products=[LAMP])


def test_segments_follow_the_facts_and_those_that_ask_for_others_follow_them() -> None:
    first = step(Profile("jane"), T, event("Product Added", T, **LAMP))
    assert first.profile.segments == ["strangers"]
    bought = step(first.profile, T + MINUTE, ordered(T + MINUTE))
    assert bought.profile.segments == ["buyers", "fans"]


def test_becoming_a_member_starts_a_journey_once() -> None:
    bought = step(Profile("jane"), T, ordered(T))
    assert [task.template for task in bought.pending.sends] == ["thanks"]
    assert bought.pending.sends[0].trace["event_name"] == "segment:buyers"
    again = step(bought.profile, T + DAY, ordered(T + DAY))
    assert not again.pending.sends


def test_a_timer_wakes_the_journey_and_due_says_when() -> None:
    waiting = step(Profile("jane"), T + MINUTE, event("Product Added", T, **LAMP))
    assert waiting.due == T + HOUR
    timer = Event("timer-1", T + HOUR, "jane", "timer", source="mailwright")
    woken = step(waiting.profile, T + HOUR, timer)
    assert [task.template for task in woken.pending.sends] == ["cart-reminder"]
    assert woken.due is None  # nothing waits any more
    assert not step(woken.profile, T + HOUR + MINUTE, timer).pending.sends


def test_the_stage_is_kept_and_its_change_by_time_asks_for_no_timer() -> None:
    bought = step(Profile("jane"), T, ordered(T))
    assert bought.profile.stage == "new"
    assert bought.due is None
    timer = Event("timer-2", T + 30 * DAY, "jane", "timer", source="mailwright")
    later = step(bought.profile, T + 30 * DAY, timer)
    assert (later.profile.stage, later.due) == ("active", None)


def test_nothing_given_is_changed_and_the_result_survives_the_row() -> None:
    before = step(Profile("jane"), T, event("Product Added", T, **LAMP)).profile
    kept = encode_profile(before)
    after = step(before, T + 2 * HOUR, ordered(T + HOUR)).profile
    assert encode_profile(before) == kept
    assert decode_profile(encode_profile(after)) == after


def test_the_same_input_gives_the_same_decision() -> None:
    events = [event("Product Added", T, **LAMP), ordered(T + MINUTE)]
    assert step(Profile("jane"), T + HOUR, *events) == step(Profile("jane"), T + HOUR, *reversed(events))


def test_a_journey_taken_out_of_the_content_ends_with_a_reason() -> None:
    waiting = step(Profile("jane"), T, event("Product Added", T, **LAMP)).profile
    moved = step(waiting, T + MINUTE, ordered(T + MINUTE), content=Content(SHOP, "v2"))
    assert moved.profile.journeys["remind"].why == "the journey is gone"
    assert not moved.pending.sends


def test_a_journey_that_follows_the_end_of_membership() -> None:
    steps = {"w": Step("w", "wait", "s", HOUR), "s": Step("s", "send", template="hello")}
    journey = Journey("hello", "", "w", steps, ["segment:strangers"], exit_on=["left:strangers"])
    content = Content(SHOP, "v1", SEGMENTS, {"hello": journey})
    entered = step(Profile("jane"), T, event("Product Added", T, **LAMP), content=content)
    assert entered.profile.journeys["hello"].step == "w"
    left = step(entered.profile, T + MINUTE, ordered(T + MINUTE), content=content)
    assert left.profile.journeys["hello"].why == "exited: left:strangers"


def identify(**traits: Any) -> Decision:
    return step(Profile("jane"), T, event("", T, "identify", **traits), content=Content(SHOP))


def test_identify_changes_address_and_consent_with_the_time_it_was_given() -> None:
    said = identify(email="Jane@Example.COM", marketing_consent="granted", marketing_consent_at=T - DAY)
    assert said.pending.contacts == [
        ContactChange("jane", T, "identify", "Jane@example.com", {"marketing": "granted"}, T - DAY)
    ]


def test_consent_is_understood_in_the_ways_it_is_written() -> None:
    for value, state in (
        (True, "granted"),
        ("subscribed", "granted"),
        ("Granted", "granted"),
        (False, "denied"),
        ("unsubscribed", "denied"),
        ("denied", "denied"),
    ):
        (change,) = identify(marketing_consent=value).pending.contacts
        assert change.consent == {"marketing": state}
        assert change.consent_at is None
    for undecided in ("not_subscribed", "pending", None):
        decision = identify(marketing_consent=undecided)
        assert not decision.pending.contacts
        assert not decision.notes


def test_what_cannot_be_used_changes_nothing_and_is_counted() -> None:
    decision = identify(email="jane at example", marketing_consent="perhaps")
    assert not decision.pending.contacts
    assert decision.notes == {"address_invalid": 1, "consent_unreadable": 1}


def test_traits_in_the_context_of_any_call_count_as_well() -> None:
    seen = Event("p", T, "jane", "page", source="segment", context={"traits": {"email": "jane@example.com"}})
    (change,) = step(Profile("jane"), T, seen, content=Content(SHOP)).pending.contacts
    assert change.address == "jane@example.com"
