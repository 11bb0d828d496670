"""Carry out what profile writes decided: contact changes, then events, then emails.

The table's stream delivers each write at least once and in order per customer, and everything here may be done twice:
contact changes merge by time, events carry their ids, and an email's key is its identity in the ledger.
"""

import base64
import zlib
from collections.abc import Callable, Sequence
from functools import partial, reduce

import msgspec

from mailwright.ledger.consent import merge
from mailwright.ledger.inherit import freeze, inherit, said_before
from mailwright.model.contact import Contact, ContactChange
from mailwright.model.event import Event
from mailwright.model.outbox import Merge, Pending, decode_pending
from mailwright.model.problem import Quarantined
from mailwright.workflow.contacts import change
from mailwright.workflow.ports import Contacts, Quarantine, Queue, Stream, Unreadable


class Throttled(RuntimeError):
    """The stream did not take every event."""


def dispatch(
    outbox: Sequence[bytes], contacts: Contacts, stream: Stream, sends: Queue, quarantine: Quarantine, now: int
) -> tuple[int | None, Exception | None]:
    """Carry out encoded Pendings, in order. The place of the first that must come again, with why; None if none must.

    Those after that place may have been carried out in part; the table's stream brings them again, which does no
    harm. What cannot be read is kept whole and passed over. Raises what `sends` and `quarantine` raise.
    """
    decided = _read(outbox, quarantine, now)
    unreadable: list[Quarantined] = []
    done, error = _contacts(decided, contacts, unreadable, now)
    done, error = _merges(decided[:done], contacts, done, error, unreadable, now)
    if unreadable:
        quarantine.put(unreadable)
    refused, throttled = _events(decided[:done], stream)
    if refused is not None:
        done, error = refused, throttled
    tasks = [task for pending in decided[:done] for task in pending.sends]
    if tasks:
        sends.put(tasks)
    return (None, None) if done == len(decided) else (done, error)


def _read(outbox: Sequence[bytes], quarantine: Quarantine, now: int) -> list[Pending]:
    decided, poison = [], []
    for body in outbox:
        try:
            decided.append(decode_pending(body))
        except (msgspec.DecodeError, UnicodeError, zlib.error) as error:
            record = base64.b64encode(body).decode()
            poison.append(Quarantined(now, "dispatch", "malformed_outbox", f"not a profile's outbox: {error}", record))
            decided.append(Pending())
    if poison:
        quarantine.put(poison)
    return decided


def _contacts(
    outbox: Sequence[Pending], contacts: Contacts, unreadable: list[Quarantined], now: int
) -> tuple[int, Exception | None]:
    """Merge the changes, one write a customer however many entries speak of them; how far that went. What was said to a
    row that cannot be read is put into `unreadable`.
    """
    by_customer: dict[str, list[ContactChange]] = {}
    first: dict[str, int] = {}
    for place, pending in enumerate(outbox):
        for one in pending.contacts:
            by_customer.setdefault(one.customer_id, []).append(one)
            first.setdefault(one.customer_id, place)
    done, error = len(outbox), None
    for customer_id, changes in by_customer.items():
        try:
            row = change(contacts, customer_id, _merging(changes), own=True)
            if row.merged_into:  # it was told before, and comes again or late: then the new row has not heard it yet
                change(contacts, row.merged_into, partial(inherit, old=row))
        except Unreadable as damaged:
            unreadable.append(_kept(changes, damaged, now))
        except Exception as raised:  # this customer's entries come again; those before are done
            if first[customer_id] < done:
                done, error = first[customer_id], raised
    return done, error


def _kept(told: object, damaged: Unreadable, now: int) -> Quarantined:
    """Asking again would not help, and would hold up everybody behind it."""
    return Quarantined(now, "dispatch", "unreadable_row", str(damaged), msgspec.to_builtins(told))


def _merging(changes: list[ContactChange]) -> Callable[[Contact], Contact]:
    return lambda contact: reduce(_hear, changes, contact)


def _hear(contact: Contact, change: ContactChange) -> Contact:
    return said_before(contact, change) if change.inherited else merge(contact, change)


def _merges(
    outbox: Sequence[Pending],
    contacts: Contacts,
    done: int,
    error: Exception | None,
    unreadable: list[Quarantined],
    now: int,
) -> tuple[int, Exception | None]:
    """Join the contacts of ids that became others, after all that was said under the old ids; how far that went."""
    for place, pending in enumerate(outbox):
        for one in pending.merges:
            try:
                _join(contacts, one)
            except Unreadable as damaged:
                unreadable.append(_kept(one, damaged, now))
            except Exception as raised:  # this entry and those after it come again
                return place, raised
    return done, error


def _join(contacts: Contacts, one: Merge) -> None:
    """The pointer first: from then on nothing changes in the old row, so that what is joined is all there is."""
    old = change(contacts, one.old, lambda row: freeze(row, one.new, one.at), own=True)
    change(contacts, one.new, partial(inherit, old=old))


def _events(outbox: Sequence[Pending], stream: Stream) -> tuple[int | None, Exception | None]:
    """Put the events on the stream; the place of the first entry whose event was throttled."""
    events: list[Event] = [event for pending in outbox for event in pending.events]
    left = {event.id for event in stream.put(events)} if events else set()
    if not left:
        return None, None
    place = next(place for place, pending in enumerate(outbox) if any(event.id in left for event in pending.events))
    return place, Throttled(f"the stream did not take {len(left)} event(s)")
