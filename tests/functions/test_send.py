"""send: from a queue message to one email, or to a reason why not."""

import email
import email.policy

import msgspec
import pytest

from mailwright import bootstrap
from mailwright.compose.tokens import open_sealed
from mailwright.expression.tree import Column, Compare, Const, InSegment
from mailwright.model.contact import Consent, Slot
from mailwright.model.content import Content, Segment, Template
from mailwright.model.profile import Profile
from mailwright.model.send import encode_json
from mailwright.model.times import DAY, HOUR, MINUTE
from mailwright.workflow.ports import Posted
from tests.functions.outbox import KEYS, NOW, SHOP, WELCOME, Outbox, task


@pytest.fixture
def outbox():
    world = Outbox()
    world.person()
    yield world
    bootstrap.use(None)


def test_an_email_goes_out_once_with_its_tags_and_the_way_out_of_it(outbox):
    assert outbox.send(task()) == []
    (message,) = outbox.mailer.taken
    assert (message.to, message.sender) == ("c1@example.com", SHOP.sender)
    assert message.tags.keys() == {"sk", "at", "cu", "pg", "tp"}
    assert (message.tags["sk"], message.tags["at"]) == (task().key, "1")
    assert (message.tags["pg"], message.tags["tp"]) == ("journey-x", "welcome")
    assert open_sealed(KEYS, "feedback", message.tags["cu"]) == "c1"
    parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
    link = parsed["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://mail.example.com/u/")
    assert open_sealed(KEYS, "unsubscribe", link.rpartition("/")[2]) == "c1"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in parsed.get_body(("plain",)).get_content()


def test_its_line_in_the_journal_says_what_when_to_whom_and_why(outbox):
    outbox.send(task())
    (record,) = outbox.journal.records
    assert (record.key, record.customer_id, record.at, record.state, record.held) == (
        task().key, "c1", NOW, "accepted", "",
    )  # fmt: skip
    assert (record.program, record.template, record.to) == ("journey:x", "welcome", "c1@example.com")
    assert (record.subject, record.message_id, record.trace) == ("Hello you", "ses-1", {"event": "e1"})
    assert outbox.contacts.load("c1").sent == [Slot(task().key, "accepted", 1, "", NOW)]


def test_an_accepted_email_costs_two_writes_and_a_held_one_none(outbox):
    outbox.send(task())
    assert outbox.contacts.writes == 2
    outbox.person("c2", consent={})
    outbox.send(task(customer="c2"))
    assert outbox.contacts.writes == 2


@pytest.mark.parametrize(
    ("fields", "state", "reason"),
    [
        ({"consent": {}}, "suppressed", "no_consent"),
        ({"consent": {"marketing": Consent("denied", 2, "one-click")}}, "suppressed", "opted_out"),
        ({"address": ""}, "suppressed", "no_address"),
        ({"address": "nobody at home"}, "suppressed", "invalid_address"),
        ({"suppressed": "bounce"}, "suppressed", "bounce"),
        ({"suppressed": "complaint"}, "suppressed", "complaint"),
        ({"sent": [Slot(f"{n:016x}", "accepted", 1, "", NOW - n) for n in range(3)]}, "suppressed", "capped"),
        ({"sent": [Slot(f"{n:016x}", "failed", 1, "", NOW - n) for n in range(24)]}, "suppressed", "ledger_full"),
    ],
)
def test_who_may_not_be_written_to_is_held_back_with_the_reason(outbox, fields, state, reason):
    outbox.person(**fields)
    assert outbox.send(task()) == []
    assert outbox.ends == [(state, reason)]
    assert outbox.mailer.posts == 0


def test_an_email_past_its_time_expires_even_when_a_dead_letter_comes_back_after_a_week(outbox):
    outbox.now = NOW + 7 * DAY
    assert outbox.send(task(not_after=NOW + 365 * DAY)) == []
    assert outbox.ends == [("expired", "expired")]


def test_an_email_whose_condition_no_longer_holds_is_cancelled(outbox):
    rule = msgspec.to_builtins(Compare(">", Column("cart_items"), Const(0)))
    assert outbox.send(task(when=rule)) == []
    assert outbox.ends == [("cancelled", "condition")]
    assert outbox.mailer.posts == 0


def test_an_email_whose_condition_holds_goes_out_and_segments_count_as_they_are_now(outbox):
    newcomers = Segment("newcomers", "", Compare("=", Column("orders"), Const(0)))
    world = Outbox(content=Content(SHOP, segments={"newcomers": newcomers}, templates={"welcome": WELCOME}))
    world.person()
    world.profiles.put(Profile("c1"))
    world.send(task(when=msgspec.to_builtins(InSegment("newcomers"))))
    world.send(task(2, when=msgspec.to_builtins(InSegment("regulars"))))
    assert world.ends == [("accepted", ""), ("cancelled", "condition")]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"template": "no-such"}, "template"),
        ({"template": "broken"}, "template"),
        ({"when": {"is": "nonsense"}}, "rule"),
        ({"subject": "{{ ''.__class__ }}"}, "template"),
    ],
)
def test_an_email_that_cannot_be_composed_fails_with_the_reason_and_costs_no_claim(outbox, fields, reason):
    broken = Template("broken", "Hi", "", "{% if %}", "")
    world = Outbox(content=Content(SHOP, templates={"welcome": WELCOME, "broken": broken}))
    world.person()
    assert world.send(task(**fields)) == []
    assert world.ends == [("failed", reason)]
    assert (world.mailer.posts, world.contacts.writes) == (0, 0)


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", "{}", '{"key": 5}', "\ud800", encode_json(task()).decode().replace(task().key, "short")],
)
def test_what_is_no_task_is_kept_whole_and_its_neighbour_goes_out(outbox, body):
    assert outbox.send(body, task()) == []
    (kept,) = outbox.quarantine.records
    assert (kept.where, kept.code, kept.record) == ("send", "malformed_task", body)
    assert len(outbox.mailer.taken) == 1


def test_an_unknown_outcome_is_left_to_redelivery_and_then_unconfirmed(outbox, monkeypatch):
    lines = []
    monkeypatch.setattr("functions.send.handler.logger.info", lambda _, extra: lines.append(extra))
    outbox.mailer.answers = [Posted("unknown", reason="ReadTimeoutError")]
    assert outbox.send(task()) == ["0"]
    assert outbox.journal.records == []
    outbox.now += 6 * MINUTE
    assert outbox.send(task()) == []  # back in the queue until the claim is old enough
    assert outbox.sends.put_with_delay == [(task(), 540)]
    outbox.now += 9 * MINUTE
    assert outbox.send(task()) == []
    assert outbox.ends == [("unconfirmed", "no_outcome")]
    assert outbox.mailer.posts == 1
    assert [line.get("unconfirmed") for line in lines] == [None, None, 1]  # what the alarm of that name counts


def test_the_log_says_what_ses_made_an_email_wait_for(outbox, monkeypatch):
    lines = []
    monkeypatch.setattr("functions.send.handler.logger.info", lambda _, extra: lines.append(extra))
    outbox.mailer.answers = [Posted("throttled", reason="AccessDeniedException")]
    outbox.send(task())
    assert lines == [{"left": 0, "waiting for AccessDeniedException": 1, "waiting": 1}]


def test_a_throttled_email_waits_in_the_queue_and_goes_out_later(outbox):
    outbox.mailer.answers = [Posted("throttled", reason="TooManyRequestsException")]
    assert outbox.send(task()) == []
    ((waiting, delay),) = outbox.sends.put_with_delay
    assert waiting == task()
    assert 20 <= delay <= 30
    outbox.now += delay * 1000
    outbox.send(task())
    assert outbox.ends == [("accepted", "")]
    assert outbox.contacts.load("c1").sent[0].attempt == 1


@pytest.mark.parametrize("reason", ["DailyQuota", "SendingPausedException", "LimitExceededException"])
def test_when_ses_has_stopped_for_longer_so_does_the_email(outbox, reason):
    outbox.mailer.answers = [Posted("throttled", reason=reason)]
    outbox.send(task())
    assert 600 <= outbox.sends.put_with_delay[0][1] <= 900


def test_a_no_that_comes_while_the_email_waits_cancels_it(outbox):
    outbox.mailer.answers = [Posted("throttled")]
    outbox.send(task())
    sent = outbox.contacts.load("c1").sent
    outbox.person(consent={"marketing": Consent("denied", NOW, "one-click")}, sent=sent)
    outbox.now += MINUTE
    assert outbox.send(task()) == []
    assert outbox.ends == [("cancelled", "opted_out")]
    assert outbox.mailer.posts == 1


def test_a_waiting_email_whose_condition_ends_is_cancelled_in_the_ledger_too(outbox):
    outbox.mailer.answers = [Posted("throttled")]
    rule = msgspec.to_builtins(Compare("=", Column("orders"), Const(0)))
    outbox.send(task(when=rule))
    outbox.now += MINUTE
    outbox.send(task(when=msgspec.to_builtins(Compare(">", Column("orders"), Const(0)))))
    assert outbox.ends == [("cancelled", "condition")]
    assert outbox.contacts.load("c1").sent[0].state == "cancelled"


def test_a_refused_email_fails_with_the_reason_of_ses(outbox):
    outbox.mailer.answers = [Posted("refused", reason="MessageRejected")]
    assert outbox.send(task()) == []
    assert outbox.ends == [("failed", "MessageRejected")]
    assert outbox.send(task()) == []
    assert outbox.mailer.posts == 1


def test_without_time_left_nothing_is_claimed(outbox):
    outbox.left = 14_999
    assert outbox.send(task()) == ["0"]
    assert (outbox.mailer.posts, outbox.contacts.writes) == (0, 0)


def test_when_the_claim_took_the_last_seconds_the_email_waits_unsent(outbox):
    outbox.left = 20_000

    def slow(customer_id: str) -> None:
        outbox.left = 14_999

    outbox.contacts.before_commit = slow
    assert outbox.send(task()) == []
    assert outbox.mailer.posts == 0
    assert outbox.contacts.load("c1").sent[0].state == "waiting"
    assert len(outbox.sends.tasks) == 1


def test_an_address_that_changes_while_the_email_is_composed_gets_the_email(outbox):
    def moved(customer_id: str) -> None:
        outbox.contacts.before_commit = None
        contact = outbox.contacts.load("c1")
        contact.address = "new@example.com"
        outbox.contacts.commit(contact)

    outbox.contacts.before_commit = moved
    outbox.send(task())
    (message,) = outbox.mailer.taken
    assert message.to == "new@example.com"
    assert b"To: new@example.com" in message.raw


def test_a_row_that_never_holds_still_gives_the_message_back(outbox):
    def busy(customer_id: str) -> None:
        v, row = outbox.contacts.rows["c1"]
        outbox.contacts.rows["c1"] = (v + 1, row)

    outbox.contacts.before_commit = busy
    assert outbox.send(task()) == ["0"]
    assert outbox.mailer.posts == 0


def test_one_failing_message_leaves_its_neighbours_alone(outbox):
    outbox.person("c2")

    def broken(customer_id: str) -> None:
        if customer_id == "c1":
            raise ConnectionError("the table is away")

    outbox.contacts.before_commit = broken
    assert outbox.send(task(), task(customer="c2")) == ["0"]
    assert [message.to for message in outbox.mailer.taken] == ["c2@example.com"]


def test_a_profile_that_cannot_be_read_holds_back_its_own_email_only(outbox):
    for name in ("c1", "c2"):
        outbox.person(name)
        outbox.profiles.put(Profile(name))
    outbox.profiles.rows["c1"] = (1, b"\x07newer")
    assert outbox.send(task(1, "c1"), task(1, "c2")) == ["0"]
    assert [message.to for message in outbox.mailer.taken] == ["c2@example.com"]


def test_when_the_journal_fails_the_message_comes_again_and_the_email_does_not(outbox, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(outbox.journal, "put", lambda records: (_ for _ in ()).throw(ConnectionError("away")))
        assert outbox.send(task()) == ["0"]
    assert outbox.send(task()) == []
    assert outbox.ends == [("accepted", "")]
    assert outbox.mailer.posts == 1


def test_when_a_wait_cannot_be_queued_the_message_stays_where_it_is(outbox, monkeypatch):
    outbox.mailer.answers = [Posted("throttled")]
    with monkeypatch.context() as patch:
        patch.setattr(outbox.sends, "put", lambda tasks, delay: (_ for _ in ()).throw(ConnectionError("away")))
        assert outbox.send(task()) == ["0"]


def test_a_receipt_goes_to_people_who_want_no_marketing_and_has_no_way_out(outbox):
    outbox.person(consent={})
    world_task = task(cls="T")
    assert outbox.send(world_task) == []
    (message,) = outbox.mailer.taken
    assert b"List-Unsubscribe" not in message.raw
    assert outbox.contacts.load("c1").sent[0].cls == "T"


def test_a_customer_with_a_contact_and_no_profile_yet_gets_an_email_without_holes(outbox):
    outbox.send(task())
    assert outbox.journal.records[0].subject == "Hello you"


def test_the_logs_name_no_one(outbox, caplog):
    outbox.mailer.answers = [Posted("unknown")]
    outbox.send(task(), "broken c1@example.com", task(2))
    said = [str(record.__dict__) for record in caplog.records]
    assert len(said) == 1
    assert "c1" not in said[0]


def test_planned_for_later_by_another_clock_waits(outbox):
    assert outbox.send(task(planned_at=NOW + HOUR, not_after=NOW + DAY)) == []
    assert outbox.sends.put_with_delay[0][1] == 900
