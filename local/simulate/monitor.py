"""Watches every change of the table as it is written, and every email as it goes out, for what must never happen."""

from collections import Counter
from typing import Any

from local.simulate.mailbox import Taken
from mailwright.ledger.states import RANK, TERMINAL
from mailwright.model.contact import DENIED, GRANTED, Contact, Slot, decode_contact
from mailwright.model.outbox import decode_pending
from mailwright.model.send import SendTask
from mailwright.store.rows import CONTACT, PROFILE

MARKETING = "marketing"


class Monitor:
    """A consumer of the table's feed. `wrong` counts what must never happen, by what it was.

    `planned`: the tasks that profile writes decided and campaigns planned, by key. `spilled`: rows that
    hold ids which left a ring.
    """

    def __init__(self) -> None:
        self.planned: dict[str, SendTask] = {}
        self.wrong: Counter[str] = Counter()
        self.contacts: dict[str, Contact] = {}
        self.spilled = 0
        self.writes = 0
        self._claims: dict[tuple[str, int], str] = {}  # (key, attempt) -> why it should not have been claimed, or ""
        self._posts: list[Taken] = []

    def take(self, shard: str, records: list[dict[str, Any]]) -> None:
        """New changes, in the order of the writes."""
        for record in records:
            change = record["dynamodb"]
            row, image = change["Keys"]["row"]["S"], change.get("NewImage", {})
            if row == PROFILE:
                self.writes += 1
                if "pend" in image:
                    for task in decode_pending(image["pend"]["B"]).sends:
                        self.planned.setdefault(task.key, task)
            elif row == CONTACT:
                self._contact(decode_contact(image["state"]["B"]))
            else:
                self.spilled += 1

    def posted(self, taken: Taken) -> None:
        """SES accepted an email; judged once the writes before it have been seen."""
        self._posts.append(taken)

    def judge(self) -> None:
        """Look at the emails that went out, now that every change up to them is known."""
        for taken in self._posts:
            why = self._claims.get((taken.key, taken.attempt), "posted without a claim")
            if why:
                self.wrong[why] += 1
        self._posts.clear()

    def customer(self, key: str) -> str:
        """Whose email it is."""
        return self.planned[key].customer_id if key in self.planned else ""

    def _contact(self, after: Contact) -> None:
        before = self.contacts.get(after.customer_id)
        self.contacts[after.customer_id] = after
        if before is not None:
            self._consent(before, after)
        held = {slot.key: slot for slot in before.sent} if before is not None else {}
        for slot in after.sent:
            old = held.get(slot.key)
            if old != slot:
                self._moved(old, slot, after)

    def _consent(self, before: Contact, after: Contact) -> None:
        was, now = before.consent.get(MARKETING), after.consent.get(MARKETING)
        if was is not None and was.state == DENIED and (now is None or (now.state != DENIED and now.at <= was.at)):
            self.wrong["a no was written over"] += 1
        if before.suppressed and not after.suppressed and before.address == after.address:
            self.wrong["a suppression was written over"] += 1

    def _moved(self, old: Slot | None, slot: Slot, contact: Contact) -> None:
        if old is not None and old.state in TERMINAL and RANK[slot.state] < RANK[old.state]:
            self.wrong["an email fell back to a lower state"] += 1
        if slot.state == "claimed" and (old is None or (old.owner, old.attempt) != (slot.owner, slot.attempt)):
            self._claims[slot.key, slot.attempt] = self._objection(slot, contact)

    def _objection(self, slot: Slot, contact: Contact) -> str:
        if contact.merged_into:
            return "an email was claimed in the row of an id that is another by now"
        task = self.planned.get(slot.key)
        if task is not None and slot.at >= task.not_after:
            return "an email was claimed after its last moment"
        said = contact.consent.get(MARKETING)
        if slot.cls == "M" and (said is None or said.state != GRANTED):
            return "marketing was sent without consent"
        return "an email was sent to a suppressed address" if contact.suppressed else ""
