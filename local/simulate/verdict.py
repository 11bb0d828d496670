"""What came of a simulation: every figure that is promised to be zero, and the account of every email."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from local.simulate.found import facts
from local.simulate.ids import led
from local.simulate.simulation import Simulation
from local.world.kept import quarantined
from mailwright.ledger.consent import MARKETING
from mailwright.ledger.states import RANK
from mailwright.metrics.account import ENDS, account
from mailwright.model.contact import GRANTED
from mailwright.model.profile import Profile

GIVEN_UP = frozenset(("RetryAttemptsExhausted", "RecordAgeExceeded"))
_ID = re.compile(rb"[0-9a-f]{24}")
AMOUNTS = frozenset(("revenue", "refunds"))
# Figures that must be zero for a run to hold.
ZERO = ("lost", "double_applied", "double_sent", "silently_lost", "sent_against_rules", "wrong_ends", "poison_wrong",
        "ids_astray")  # fmt: skip
# Faults in `send` that leave an email claimed and nobody knowing what came of it.
DOUBTS = frozenset(("crash before", "crash after", "reply lost", "reply lost for good", "request lost", "stall",
                    "throttled", "zombie"))  # fmt: skip


def verdict(run: Simulation) -> dict[str, Any]:
    """The run in numbers, the same for the same seed; what `--json` prints. `holds` is the whole of it."""
    profiles = {profile.customer_id: profile for profile in _raw(run).scan(0, 1)}
    found: dict[str, Any] = {**_profiles(run, profiles), **_emails(run), **_records(run)}
    found["distinct"] = run.producer.distinct
    found["deliveries"] = run.producer.puts  # events as storefronts sent them, repetitions included
    found["records"] = run.lambdas.records["fold"]  # handed to fold, of several events each
    found["injected"] = dict(sorted(run.chaos.injected.items()))
    found["calls"] = run.chaos.calls
    found["spills"] = run.monitor.spilled
    found["invocations"] = dict(sorted(run.lambdas.invocations.items()))
    found["holds"] = not problems(found)
    return found


def problems(found: Mapping[str, Any]) -> list[str]:
    """What did not hold, in words; nothing when all did."""
    wrong = [f"{name}: {found[name]}" for name in ZERO if found[name]]
    wrong += [f"{name}: {number}" for name, number in found["wrong"].items()]
    if not found["oracle_equal"]:
        wrong.append(f"{found['profiles'] - found['profiles_equal']} profiles are not what the oracle says")
    account = found["account"]
    if account["planned"] != sum(account[end] for end in ENDS):
        wrong.append(f"the account does not balance: {account}")
    if found["unconfirmed"] > found["doubts"]:
        wrong.append(f"{found['unconfirmed']} unconfirmed emails of {found['doubts']} doubts")
    if found["sent_twice_receipts"] > found["doubts"]:
        wrong.append(f"{found['sent_twice_receipts']} receipts sent twice of {found['doubts']} doubts")
    return wrong


def _raw(run: Simulation) -> Any:
    """The profiles, read by a client that does not fail."""
    return type(run.app.profiles)(run.engine.dynamodb, run.app.settings["CUSTOMERS_TABLE"])  # type: ignore[arg-type]


def _profiles(run: Simulation, profiles: dict[str, Profile]) -> dict[str, Any]:
    """Each person against the oracle: what is missing counts as lost, what is too much as applied twice."""
    lost, double = _receipts(run)
    right, is_ = sha256(), sha256()
    equal = 0
    for person in sorted(run.oracle.people):
        wanted = run.oracle.facts(person)
        got = facts(profiles.get(person) or Profile(person))
        for what in wanted["totals"].keys() | got["totals"].keys():
            more = got["totals"].get(what, 0) - wanted["totals"].get(what, 0)
            if what not in AMOUNTS:
                lost, double = lost + max(0, -more), double + max(0, more)
        one, other = _text(wanted), _text(got)
        equal += one == other
        right.update(one)
        is_.update(other)
    signs = {name: row.merged_into for name, row in profiles.items() if row.merged_into}
    return {
        "lost": lost,
        "double_applied": double,
        "oracle_equal": right.digest() == is_.digest(),
        "profiles": len(run.oracle.people),
        "profiles_equal": equal,
        "profiles_hash": is_.hexdigest()[:16],
        "ids_merged": len(signs),
        "ids_astray": sum(led(name, signs) != run.ids.home(name) for name in profiles.keys() | run.ids.becomes.keys()),
    }


def _receipts(run: Simulation) -> tuple[int, int]:
    """Orders without a receipt, and receipts too many. Of an order made under an id without an address one is planned
    that cannot go out, and perhaps another when it is known whose the order is.
    """
    tasks: dict[str, list[str]] = {}
    for task in run.monitor.planned.values():
        if task.program == "journey:receipt":
            tasks.setdefault(str(task.trace["event"]), []).append(task.key)
    lost, double = 0, len(tasks.keys() - run.producer.orders.keys())
    for order in run.producer.orders:
        keys = tasks.get(order, [])
        lost += not keys
        unsent = [key for key in keys if (end := run.journal.ends.get(key)) is not None and end.held == "no_address"]
        double += max(0, len(keys) - len(unsent) - 1)
    return lost, double


def _welcomed_again(run: Simulation) -> int:
    """People who got more welcomes than ids they had given an address under: one, for nearly everyone."""
    welcomes = Counter(
        run.oracle.home(task.customer_id)
        for key, task in run.monitor.planned.items()
        if task.program == "journey:welcome" and run.mailbox.copies[key]
    )
    return sum(number > len(run.oracle.people[person].introduced) for person, number in welcomes.items())


def _text(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True).encode()


def _emails(run: Simulation) -> dict[str, Any]:
    planned, copies, ends = run.monitor.planned, run.mailbox.copies, run.journal.ends
    counts = account(planned, ends.values())
    double = sum(number > (1 if planned[key].cls == "M" else 2) for key, number in copies.items())
    sent = {key for key, number in copies.items() if number}
    unsent = {key for key, record in ends.items() if record.state not in ("accepted", "unconfirmed")}
    wrong = Counter(run.monitor.wrong) + Counter(_consent(run))
    if again := _welcomed_again(run):
        wrong["somebody was welcomed again"] += again
    return {
        "planned": len(planned),
        "posts": run.mailbox.posts,
        "sent": sum(copies.values()),
        "double_sent": double,
        "sent_twice_receipts": sum(number == 2 and planned[key].cls == "T" for key, number in copies.items()),
        "silently_lost": counts["open"],
        "unconfirmed": counts["unconfirmed"],
        "unconfirmed_unsent": sum(
            record.state == "unconfirmed" and key not in sent for key, record in ends.items()
        ),
        "doubts": sum(strike.fault in DOUBTS and strike.place.startswith("send ") for strike in run.chaos.strikes),
        "wrong_ends": len(sent & unsent) + sum(r.state == "accepted" and k not in sent for k, r in ends.items())
        + _wrong_states(run),
        "sent_against_rules": sum(run.monitor.wrong.values()),
        "wrong": dict(sorted(wrong.items())),
        "account": counts,
        "held": run.journal.held(),
    }  # fmt: skip


def _wrong_states(run: Simulation) -> int:
    """Slots below what was reported of their email, or above what could be known. A frozen row is not read any more:
    its slots stay as they were, and the joined row may have given theirs to other emails since.
    """
    wrong = 0
    for contact in run.monitor.contacts.values():
        for slot in () if contact.merged_into else contact.sent:
            told = max((RANK[state] for state in run.mailbox.expected(slot.key)), default=0)
            known = min(told, RANK["accepted"]) if told == RANK["delivered"] else told  # delivery is not written down
            wrong += not known <= RANK[slot.state] <= max(told, RANK["accepted"])
    return wrong


def _consent(run: Simulation) -> dict[str, int]:
    """People whose row says yes to marketing although they forbade it, or no although they never did."""
    found: Counter[str] = Counter()
    for person in run.oracle.people:
        contact = run.monitor.contacts.get(person)
        said = contact.consent.get(MARKETING) if contact is not None else None
        allowed = said is not None and said.state == GRANTED
        if allowed and run.oracle.forbids(person, run.ids, run.faults.skew):
            found["the row allows what the person forbade"] += 1
        elif not allowed and run.oracle.never_refused(person):
            found["the row forbids what the person allowed"] += 1
    complained = {run.oracle.home(name) for name, row in run.monitor.contacts.items() if row.suppressed == "complaint"}
    if forgotten := sum(not run.monitor.contacts[person].suppressed for person in complained):
        found["a complaint was forgotten"] = forgotten
    return found


def _records(run: Simulation) -> dict[str, Any]:
    """Poison: each record that was put on the stream is kept, whole, and nothing else is."""
    wanted = {_identity(data): data for data in run.producer.poison}
    kept, given_up, wrong = set(), 0, 0
    for record in quarantined(run.engine.s3):
        if record.code in GIVEN_UP:
            given_up += 1
            continue
        text = record.record if isinstance(record.record, str) else json.dumps(record.record)
        name = _identity(text.encode())
        kept.add(name)
        wrong += not _whole(record.record, wanted.get(name, b""))
    return {
        "poison": len(wanted),
        "poison_wrong": len(wanted.keys() ^ kept) + wrong,
        "given_up": given_up,
        "dead_letters": sum(len(run.engine.sqs.queues[f"{name}-dead"].messages) for name in ("sends", "feedback")),
    }


def _identity(data: bytes) -> str:
    """Every poison carries the id of an event."""
    found = _ID.search(data)
    return found[0].decode() if found else ""


def _whole(kept: Any, data: bytes) -> bool:
    """Whether a record was kept as it came; what a merged id passed on has the way it went besides."""
    if isinstance(kept, str):
        return kept == data.decode()
    if "forwarded" in kept:
        kept = kept | {"customer_id": kept["forwarded"]["path"][0]}
        del kept["forwarded"]
    return bool(kept == json.loads(data))
