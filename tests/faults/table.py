"""The figures of `make faults` as the page bench/results/faults.md."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from mailwright.metrics.account import ENDS
from tests.faults.full import EVERY, Part

Figures = Mapping[str, Any]
SUMS = ("lost", "double_applied", "double_sent", "silently_lost", "wrong_ends", "sent_against_rules", "poison_wrong",
        "ids_astray", "given_up", "dead_letters")  # fmt: skip


def page(done: Mapping[Part, Figures], where: str) -> str:
    """Markdown. `where`: the machine."""
    seeds = [figures for part, figures in done.items() if part.kind == "seed"]
    alone = [figures for part, figures in done.items() if part.kind == "alone"]
    return "\n\n".join([
        "# Faults: what the simulator, the small life and the mutants found",
        "Written by `make faults`. `mailwright simulate --seed N` makes any line again; "
        "[docs/guarantees.md](../../docs/guarantees.md) says what is promised, and under which assumptions.",
        _whole(seeds),
        "## Each seed, all faults together",
        _table(("seed", "events", "deliveries", "records folded", "emails planned", "faults", "lost", "twice applied",
                "sent twice", "silently lost", "unconfirmed", "profiles = oracle"), map(_seed, seeds)),
        "## Injected, all seeds together",
        _injected(seeds),
        "## Each fault alone",
        _table(("`--faults`", "faults", "lost", "twice applied", "sent twice", "silently lost", "against the rules",
                "unconfirmed", "profiles = oracle"), map(_alone, alone)),
        "## Every single fault and every pair",
        _exhaustive(done),
        "## Guards taken away",
        _guards(done),
        *_failures([*seeds, *alone]),
        f"{sum(one['seconds'] for one in done.values()) / 60:.0f} minutes of processor time in all, on {where}.",
    ]) + "\n"  # fmt: skip


def promised(text: str, done: Mapping[Part, Figures]) -> str:
    """docs/guarantees.md with the figures of a run between its marks: `<!-- name -->figure<!-- / -->`."""
    seeds = [figures for part, figures in done.items() if part.kind == "seed"]
    guards = [figures for part, figures in done.items() if part.kind == "mutant"]
    wrong, again = sum(one["sent_against_rules"] for one in seeds), "task queued again after 7 days"
    late = sum(one["wrong"].get("an email was claimed after its last moment", 0) for one in seeds)
    figures = {
        "fold": f"{_sum(seeds, 'deliveries')} deliveries of {_sum(seeds, 'distinct')} events, "
        f"{_sum(seeds, 'ids_merged')} ids that became another: {_sum(seeds, 'lost')} lost, "
        f"{_sum(seeds, 'double_applied')} counted twice, "
        f"{_sum(seeds, 'profiles_equal')} of {_sum(seeds, 'profiles')} people as the oracle has them",
        "marketing": f"{_sum(seeds, 'planned')} emails planned, {_sum(seeds, 'posts')} posted: "
        f"{_sum(seeds, 'double_sent')} too often",
        "receipts": f"{_sum(seeds, 'sent_twice_receipts')} sent a second time, none a third",
        "silent": f"{_sum(seeds, 'silently_lost')} without an end; {_sum(seeds, 'unconfirmed')} unconfirmed",
        "consent": f"{wrong} against it",
        "redrive": f"{sum(one['injected'].get(again, 0) for one in seeds):,} came back after a week: {late} sent",
        "poison": f"{_sum(seeds, 'poison')} records: {_sum(seeds, 'poison_wrong')} not whole, "
        f"{sum(one['given_up'] + one['dead_letters'] for one in seeds)} neighbours given up",
        "guards": f"{sum(bool(one['killed_by']) for one in guards)} of {len(guards)}",
        "unsent": f"{_sum(seeds, 'unconfirmed_unsent')} of {_sum(seeds, 'unconfirmed')}",
    }
    for name, figure in figures.items():
        text = re.sub(rf"<!-- {name} -->.*?<!-- / -->", f"<!-- {name} -->{figure}<!-- / -->", text)
    return text


def _whole(seeds: list[Figures]) -> str:
    total = {name: sum(one[name] for one in seeds) for name in SUMS}
    profiles, equal = (sum(one[name] for one in seeds) for name in ("profiles", "profiles_equal"))
    planned, unconfirmed = (sum(one[name] for one in seeds) for name in ("planned", "unconfirmed"))
    account = {end: sum(one["account"][end] for one in seeds) for end in reversed(ENDS)}
    sums = " + ".join(f"{number:,} {end}" for end, number in account.items())
    rows: list[tuple[str, object]] = [
        ("seeds", len(seeds)),
        ("events, each counted once", _sum(seeds, "distinct")),
        ("deliveries of events, repetitions by their producers included", _sum(seeds, "deliveries")),
        ("records handed to fold, of several events each", _sum(seeds, "records")),
        ("emails planned", f"{planned:,}"),
        ("emails posted to SES", _sum(seeds, "posts")),
        ("**events lost**", total["lost"]),
        ("**events applied twice**", total["double_applied"]),
        ("**emails sent twice** (marketing; receipts more than twice)", total["double_sent"]),
        ("**emails silently lost**", total["silently_lost"]),
        ("emails with a wrong end", total["wrong_ends"]),
        ("emails sent against consent, suppression or without a claim", total["sent_against_rules"]),
        ("poison records not kept whole", total["poison_wrong"]),
        ("records given up by a trigger, messages in dead-letter queues", total["given_up"] + total["dead_letters"]),
        ("people whose profile is the oracle's", f"{equal:,} of {profiles:,}"),
        ("ids that became another", _sum(seeds, "ids_merged")),
        ("of these led astray", total["ids_astray"]),
        ("unconfirmed (SES never said; not sent again)", f"{unconfirmed:,} ({unconfirmed / max(1, planned):.2%})"),
        ("of these never sent", _sum(seeds, "unconfirmed_unsent")),
        ("receipts sent a second time, as class T may", _sum(seeds, "sent_twice_receipts")),
    ]
    return _table(("", ""), rows) + f"\n\n{planned:,} planned = {sums}"


def _sum(found: list[Figures], name: str) -> str:
    return f"{sum(one[name] for one in found):,}"


def _seed(one: Figures) -> tuple[object, ...]:
    return (
        one["seed"], f"{one['distinct']:,}", f"{one['deliveries']:,}", f"{one['records']:,}", f"{one['planned']:,}",
        f"{sum(one['injected'].values()):,}", one["lost"], one["double_applied"], one["double_sent"],
        one["silently_lost"], one["unconfirmed"], _equal(one),
    )  # fmt: skip


def _alone(one: Figures) -> tuple[object, ...]:
    return (
        f"`{one['faults']}`", f"{sum(one['injected'].values()):,}", one["lost"], one["double_applied"],
        one["double_sent"], one["silently_lost"], one["sent_against_rules"], one["unconfirmed"], _equal(one),
    )  # fmt: skip


def _equal(one: Figures) -> str:
    return f"{one['profiles_equal']:,} of {one['profiles']:,}"


def _injected(seeds: list[Figures]) -> str:
    total: Counter[str] = Counter()
    for one in seeds:
        total.update(one["injected"])
    return _table(("fault", "times"), ((fault, f"{times:,}") for fault, times in sorted(total.items())))


def _exhaustive(done: Mapping[Part, Figures]) -> str:
    rows = []
    for kind, what in (("singles", "one fault at one call, all of them"), ("pairs", "two faults, {} pair")):
        for lived, every in EVERY.items():
            found = [figures for part, figures in done.items() if part.kind == kind and part.name == lived]
            wrong = sum(len(figures["violations"]) for figures in found)
            pairs = what.format("every" if every == 1 else f"one in {every} of every")
            rows.append((f"{pairs}, in the life of {lived}", _sum(found, "runs"), wrong))
    said = (
        "One id: sign-up, order, receipt, campaign, opt-out, a campaign that must not go out. Two ids: the same by "
        "somebody who signs up on a device and with an account, and orders and opts out on the device."
    )
    return said + "\n\n" + _table(("", "runs", "violations"), rows)


def _guards(done: Mapping[Part, Figures]) -> str:
    found = {part.name: figures for part, figures in done.items() if part.kind == "mutant"}
    killed = sum(bool(figures["killed_by"]) for figures in found.values())
    rows = ((name, one["what"], one["killed_by"] or "**nothing**") for name, one in found.items())
    green = all(not figures["red"] for part, figures in done.items() if part.kind == "suite")
    said = f"{killed} of {len(found)} make the suite red, which is {'green' if green else '**RED**'} with all of them."
    return said + "\n\n" + _table(("without", "that", "first red test"), rows)


def _failures(found: Iterable[Figures]) -> list[str]:
    """What did not hold, with the command that shows it."""
    wrong = [one for one in found if not one["holds"]]
    if not wrong:
        return []
    parts = ["## What did not hold"]
    for one in wrong:
        parts.append("\n".join(["    " + line for line in (one["command"], *one["problems"], *one.get("shrunk", ()))]))
    return parts


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)
