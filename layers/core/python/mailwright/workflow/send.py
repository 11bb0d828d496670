"""Send the emails of one queue batch, write the journal, and say which messages must come again."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from mailwright.ledger.claim import Wait
from mailwright.model.problem import Quarantined
from mailwright.model.send import SendRecord, SendTask, decode_task
from mailwright.workflow.deliver import Left, Sending, deliver
from mailwright.workflow.homes import homes
from mailwright.workflow.ports import Unreadable

_KEY = frozenset("0123456789abcdef")


@dataclass
class Sent:
    """`left`: ids of the messages that must come again. `counts`: emails by what became of them, for one log line."""

    left: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def send(messages: Sequence[tuple[str, str]], world: Sending, now: int, remaining: Callable[[], int]) -> Sent:
    """Carry out queue messages, given as (message id, body). `remaining()` is what the invocation has left, in ms.

    One message's failure does not touch the others: it is left for redelivery, and its error is in the result. Waits go
    back to the queue as new messages with a delay, so that waiting never counts as failing.
    """
    sent = Sent()
    tasks = _read(messages, world, now, sent)
    at_home = homes(world.profiles, sorted({task.customer_id for _, task in tasks})) if tasks else {}
    records: dict[str, SendRecord] = {}
    waits: dict[int, dict[str, SendTask]] = defaultdict(dict)
    for name, task in tasks:
        try:
            home = at_home.get(task.customer_id)
            if home is None:
                raise Unreadable([task.customer_id])
            step = deliver(task, home.profile, world, now, remaining, since=home.since)
        except Exception as error:  # whatever it is: the queue brings this one back, and the neighbours go on
            sent.left.append(name)
            sent.errors.append(error)
            continue
        if isinstance(step, Left):
            sent.left.append(name)
            sent.counts[step.why] += 1
        elif isinstance(step, Wait):
            waits[step.seconds][name] = task
            if step.why:
                sent.counts[f"waiting for {step.why}"] += 1
        else:
            records[name] = step
    _write_down(records, world, sent)
    for seconds, held_back in sorted(waits.items()):
        _put_back(held_back, seconds, world, sent)
    return sent


def _read(messages: Sequence[tuple[str, str]], world: Sending, now: int, sent: Sent) -> list[tuple[str, SendTask]]:
    """The tasks in the messages; what is not a task is kept whole, and acknowledged."""
    tasks: list[tuple[str, SendTask]] = []
    poison: list[Quarantined] = []
    for name, body in messages:
        try:
            task = decode_task(body)
        except (msgspec.DecodeError, UnicodeError) as error:
            poison.append(Quarantined(now, "send", "malformed_task", f"not an email task: {error}", body))
            continue
        if len(task.key) == 16 and _KEY.issuperset(task.key):
            tasks.append((name, task))
        else:
            poison.append(Quarantined(now, "send", "malformed_task", f"key {task.key!r} is not 16 hex digits", body))
    if poison:
        world.quarantine.put(poison)
        sent.counts["quarantined"] += len(poison)
    return tasks


def _write_down(records: dict[str, SendRecord], world: Sending, sent: Sent) -> None:
    """Journal first, acknowledge after: a message whose line was not written comes again and finds its slot."""
    if not records:
        return
    try:
        world.journal.put(list(records.values()))
    except Exception as error:  # the emails are safe in the ledger; only their lines are missing
        sent.left.extend(records)
        sent.errors.append(error)
        return
    sent.counts.update(record.state for record in records.values())


def _put_back(tasks: dict[str, SendTask], seconds: int, world: Sending, sent: Sent) -> None:
    try:
        world.sends.put(list(tasks.values()), seconds)
    except Exception as error:  # then they wait where they are, for as long as the queue hides them
        sent.left.extend(tasks)
        sent.errors.append(error)
        return
    sent.counts["waiting"] += len(tasks)
