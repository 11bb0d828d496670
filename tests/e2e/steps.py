"""The steps, in their order: each waits for what must happen, and says in its name what that is."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from tests.e2e.engine import wait
from tests.e2e.shop import Shop

ANNA, ANNA_MAIL = "e2e-anna", "anna@customer.example"
BEN = "e2e-ben"
CARA, CARA_MAIL = "e2e-cara", "cara@customer.example"
PATIENCE = 60  # seconds; cold starts on a busy machine


def a_wrong_write_key_is_refused(shop: Shop) -> None:
    answer = shop.collect({"type": "page", "name": "Home", "userId": ANNA}, key="wrong")
    assert answer.status == 401, answer


def permissions_are_held(shop: Shop) -> None:
    """Without this the steps below would prove nothing about who may do what."""
    stranger = shop.engine.client("dynamodb", key="stranger")
    with pytest.raises(ClientError, match=r"UnrecognizedClient|InvalidClientToken|AccessDenied"):
        stranger.scan(TableName=shop.outputs["CustomersTableName"])


def events_over_http_become_a_profile(shop: Shop) -> None:
    traits = {"email": ANNA_MAIL, "first_name": "Anna", "marketing_consent": "granted"}
    product = {"product_id": "KETTLE", "name": "Kettle", "price": 49, "currency": "GBP", "quantity": 1}
    answer = shop.collect(
        {"type": "identify", "userId": ANNA, "traits": traits},
        {"type": "track", "event": "Product Added", "userId": ANNA, "properties": product},
    )
    assert answer.status == 200, answer
    profile = wait("Anna's profile", lambda: shop.profile(ANNA), PATIENCE)
    assert profile.v >= 1
    assert "KETTLE" in str(profile), profile


def the_consent_reaches_the_contact(shop: Shop) -> None:
    contact = wait("Anna's contact", lambda: shop.contact(ANNA), PATIENCE)
    assert contact.address == ANNA_MAIL
    assert contact.consent["marketing"].state == "granted"


def the_welcome_email_comes_out(shop: Shop) -> None:
    (email,) = wait("the welcome email", lambda: shop.emails(ANNA_MAIL), PATIENCE)
    assert email["Subject"] == "Welcome, Anna"
    assert email["Source"].endswith("@shop.example.com>") or email["Source"].endswith("@shop.example.com")
    assert shop.unsubscribe_path(email) in email["BodyHtml"]


def the_ledger_says_it_was_sent(shop: Shop) -> None:
    def accepted() -> bool:
        contact = shop.contact(ANNA)
        return contact is not None and [slot.state for slot in contact.sent] == ["accepted"]

    wait("the send to be accepted in the contact row", accepted, PATIENCE)


def feedback_through_topic_and_queue_raises_the_ledger(shop: Shop) -> None:
    contact = shop.contact(ANNA)
    assert contact is not None
    tags = {"sk": contact.sent[0].key, "at": "1", "cu": shop.sealed("feedback", ANNA), "tp": "welcome"}
    now = datetime.now(UTC).isoformat()
    mail = {
        "timestamp": now,
        "messageId": "e2e-1",
        "source": "hello@shop.example.com",
        "destination": [ANNA_MAIL],
        "tags": {name: [value] for name, value in tags.items()},
    }
    bounce = {"timestamp": now, "bounceType": "Transient", "bouncedRecipients": [{"emailAddress": ANNA_MAIL}]}
    shop.feedback({"eventType": "Bounce", "mail": mail, "bounce": bounce})

    def bounced() -> bool:
        contact = shop.contact(ANNA)
        return contact is not None and [slot.state for slot in contact.sent] == ["bounced"]

    wait("the send to be bounced in the contact row", bounced, PATIENCE)


def what_comes_to_the_address_of_collect_itself_becomes_a_profile_and_an_email(shop: Shop) -> None:
    traits = {"email": CARA_MAIL, "first_name": "Cara", "marketing_consent": "granted"}
    product = {"product_id": "TEAPOT", "name": "Teapot", "price": 31, "currency": "GBP", "quantity": 1}
    told = {"type": "identify", "userId": CARA, "traits": traits}
    added = {"type": "track", "event": "Product Added", "userId": CARA, "properties": product}
    answer = shop.collect(told, added, key="wrong", to="CollectUrl")
    assert answer.status == 401, answer
    answer = shop.collect(told, added, to="CollectUrl")
    assert answer.status == 200, answer
    profile = wait("Cara's profile", lambda: shop.profile(CARA), PATIENCE)
    assert "TEAPOT" in str(profile), profile
    (email,) = wait("Cara's welcome email", lambda: shop.emails(CARA_MAIL), PATIENCE)
    assert email["Subject"] == "Welcome, Cara"


def an_event_on_the_bus_becomes_a_profile(shop: Shop) -> None:
    viewed = {"product_id": "KETTLE", "name": "Kettle"}
    detail = {"type": "track", "event": "Product Viewed", "userId": BEN, "messageId": "e2e-ben-1", "properties": viewed}
    (entry,) = shop.engine.client("events").put_events(
        Entries=[
            {
                "EventBusName": shop.outputs["EventBusName"],
                "Source": "shop.backoffice",
                "DetailType": "track",
                "Detail": json.dumps(detail),
            }
        ]
    )["Entries"]
    assert "ErrorCode" not in entry, entry
    wait("Ben's profile", lambda: shop.profile(BEN), PATIENCE)


def looking_at_the_unsubscribe_page_changes_nothing(shop: Shop) -> None:
    path = shop.unsubscribe_path(shop.emails(ANNA_MAIL)[0])
    before = shop.contact(ANNA)
    page = shop.http("GET", path)
    assert page.status == 200, page
    assert b"<form" in page.body
    assert shop.contact(ANNA) == before


def one_click_unsubscribes(shop: Shop) -> None:
    path = shop.unsubscribe_path(shop.emails(ANNA_MAIL)[0])
    body = b"List-Unsubscribe=One-Click"
    answer = shop.http("POST", path, body, content_type="application/x-www-form-urlencoded")
    assert answer.status == 200, answer
    contact = shop.contact(ANNA)
    assert contact is not None
    assert contact.consent["marketing"].state == "denied"


def what_cannot_be_used_is_set_aside_whole(shop: Shop) -> None:
    answer = shop.collect(
        {"type": "track", "event": "Product Viewed", "userId": ANNA, "timestamp": "2090-01-01T00:00:00Z"}
    )
    assert answer.status < 500, answer
    records = wait("the quarantined record", lambda: shop.objects("QuarantineBucketName"), PATIENCE)
    assert any(b"2090-01-01" in body for _, body in records), records


def every_event_is_in_the_lake(shop: Shop) -> None:
    def lines() -> list[dict[str, object]]:
        objects = shop.objects("LakeBucketName", "events/dt=")
        return [json.loads(line) for _, body in objects for line in body.splitlines()]

    wait("Anna's cart in the lake", lambda: [each for each in lines() if "Product Added" in str(each)], PATIENCE)


def what_runs_by_the_clock_runs(shop: Shop) -> None:
    scheduled = json.dumps({"scheduled": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")})
    for name in ("tick", "campaign", "measure"):
        reply = shop.engine.client("lambda").invoke(FunctionName=f"mailwright-{name}", Payload=scheduled)
        assert "FunctionError" not in reply, (name, reply["Payload"].read())


def the_state_machine_looks_at_everyone_and_writes_it_down(shop: Shop) -> None:
    states = shop.engine.client("stepfunctions")
    (machine,) = states.list_state_machines()["stateMachines"]
    scheduled = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    execution = states.start_execution(
        stateMachineArn=machine["stateMachineArn"], input=json.dumps({"scheduled": scheduled})
    )["executionArn"]

    def ended() -> str:
        status = states.describe_execution(executionArn=execution)["status"]
        return "" if status == "RUNNING" else str(status)

    assert wait("the state machine", ended, 3 * PATIENCE) == "SUCCEEDED"
    (found,) = shop.objects("LakeBucketName", "segments/dt=")
    counts = json.loads(found[1])["counts"]
    assert counts["profiles"] >= 2
    assert counts["unreadable"] == 0
    assert counts["sizes"].keys() >= {"high-value", "new-customers"}


def nothing_failed_on_the_way(shop: Shop) -> None:
    sqs = shop.engine.client("sqs")
    for url in sqs.list_queues()["QueueUrls"]:
        if "Dead" in url or "Undelivered" in url:
            attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
            assert attributes["Attributes"]["ApproximateNumberOfMessages"] == "0", url
    log = shop.engine.log.read_text(errors="replace")
    errors = [line for line in log.splitlines() if "Traceback" in line or "AccessDenied" in line]
    assert not errors, errors


STEPS: list[Callable[[Shop], None]] = [
    permissions_are_held,
    a_wrong_write_key_is_refused,
    events_over_http_become_a_profile,
    the_consent_reaches_the_contact,
    the_welcome_email_comes_out,
    the_ledger_says_it_was_sent,
    feedback_through_topic_and_queue_raises_the_ledger,
    what_comes_to_the_address_of_collect_itself_becomes_a_profile_and_an_email,
    an_event_on_the_bus_becomes_a_profile,
    looking_at_the_unsubscribe_page_changes_nothing,
    one_click_unsubscribes,
    what_cannot_be_used_is_set_aside_whole,
    every_event_is_in_the_lake,
    what_runs_by_the_clock_runs,
    the_state_machine_looks_at_everyone_and_writes_it_down,
    nothing_failed_on_the_way,
]
