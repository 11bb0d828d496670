"""`mailwright simulate`, and that its oracle and its shrinking can be believed."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from local.cli import cli
from local.simulate.faults import PROFILES, profile, rates
from local.simulate.ids import Ids
from local.simulate.oracle import DAY, Oracle
from local.simulate.run import Plan, shrink, simulate, told
from mailwright.model.event import Event
from tests.faults import mutants
from tests.faults.full import Part, carry_out
from tests.faults.table import page, promised

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["simulate", *arguments])
    return result.exit_code, result.output


def test_json_has_every_figure_and_is_the_same_for_the_same_seed():
    wanted = ("--seed", "4", "--events", "300", "--sends", "300", "--json")
    (code, one), (_, other) = run(*wanted), run(*wanted)
    assert code == 0
    assert one == other
    figures = json.loads(one)
    assert {"lost", "double_applied", "double_sent", "silently_lost", "unconfirmed", "oracle_equal", "injected"} <= set(
        figures
    )
    account = figures["account"]
    ends = ("accepted", "failed", "suppressed", "expired", "cancelled", "unconfirmed")
    assert account["planned"] == sum(account[end] for end in ends) == figures["planned"]
    assert sum(figures["injected"].values()) > 100


def test_for_people_it_prints_the_account_and_a_verdict():
    code, said = run("--seed", "1", "--events", "100", "--faults", "none")
    assert code == 0
    assert "planned = " in said
    assert said.strip().endswith("everything holds")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--faults", "hurricane"), "no profile of faults named 'hurricane'; there are: none, standard"),
        (("--faults", "standrd"), "(did you mean standard?)"),
        (("--only", "x=crash before"), "is not CALL=FAULT"),
        (("--only", "3=explosion"), "faults are: request lost"),
        (("--events", "0"), "Invalid value for '--events'"),
    ],
)
def test_a_wrong_option_is_answered_in_words(arguments, said):
    code, output = run(*arguments)
    assert code == 2
    assert said in " ".join(output.split())


def test_the_profiles_can_be_listed_and_each_of_them_does_something():
    assert run("--profiles")[1].split() == list(PROFILES)
    for name in PROFILES[1:]:
        assert profile(name) != profile("none"), name
    assert dict(rates(profile("standard")))["zombie"] > 0


def test_the_oracle_counts_what_it_is_told_and_nothing_else():
    oracle = Oracle()
    oracle.event("c", 1, "identify", "", {"marketing_consent": "granted", "email": "a@example.com"})
    oracle.event("c", 2, "track", "Product Added", {"product_id": "P1", "quantity": 2})
    oracle.event("c", 3, "track", "Product Removed", {"product_id": "P1", "quantity": 1})
    oracle.event("c", DAY + 4, "track", "Order Refunded", {"total": 1.5})
    assert oracle.facts("c") == {
        "totals": {"adds": 1, "removes": 1, "returns": 1, "refunds": 150},
        "days": {"0 adds": 1, "0 removes": 1, "1 returns": 1, "1 refunds": 150},
        "cart": {"P1": 1},
        "traits": {"marketing_consent": "granted", "email": "a@example.com"},
        "first_order": 0,
        "last_order": 0,
    }
    oracle.event("c", DAY + 5, "track", "Order Completed", {"total": 20.0})
    assert oracle.facts("c")["cart"] == {}
    ids = Ids([])
    assert not oracle.forbids("c", ids)
    assert oracle.never_refused("c")
    oracle.said_no("c", 2)
    assert oracle.forbids("c", ids)
    oracle.event("c", DAY + 6, "identify", "", {"marketing_consent": "granted"})
    assert not oracle.forbids("c", ids)
    assert not oracle.never_refused("c")
    assert oracle.forbids("nobody", ids)


def test_the_oracle_knows_a_person_by_all_their_ids_and_lets_the_stricter_word_win():
    ids = Ids([Event("1", 10, "b", "page", links=["a"]), Event("2", 20, "c", "alias", data={"previousId": "b"})])
    assert [ids.home(each) for each in "abc"] == ["c", "c", "c"]
    oracle = Oracle(ids.home)
    for at, who in enumerate("abcab"):
        oracle.event(who, at, "page", "", {})
    assert oracle.facts("c")["totals"] == {"visits": 5}
    assert list(oracle.people) == ["c"]
    said = {"a": [(5, "denied")], "c": [(6, "granted"), (9, "granted")]}
    for who, words in said.items():
        for at, word in words:
            oracle.event(who, at, "identify", "", {"marketing_consent": word})
    assert oracle.forbids("c", ids)  # the no of `a` counts as if said at 10
    oracle.event("c", 11, "identify", "", {"marketing_consent": "granted"})
    assert not oracle.forbids("c", ids)
    oracle.event("c", 12, "identify", "", {"marketing_consent": "denied"})
    oracle.event("b", 13, "identify", "", {"marketing_consent": "granted"})
    assert oracle.forbids("c", ids)  # what `b` allows before it is `c` is no answer to the no of `c`
    oracle.event("b", 21, "identify", "", {"marketing_consent": "granted"})
    assert not oracle.forbids("c", ids)


def test_a_failing_seed_is_shrunk_to_few_faults_that_still_fail_and_can_be_replayed():
    plan = Plan(1, 60, 60, "crashes")
    assert simulate(plan)["holds"]
    with mutants.MUTANTS["reported failures"].applied(), mutants.MUTANTS["one POST"].applied():
        plan = next(plan for seed in range(1, 9) if not simulate(plan := Plan(seed, 200, 0, "throttles"))["holds"])
        shrunk = shrink(plan)
        assert 0 < len(shrunk.strikes) <= 3
        assert not simulate(shrunk.plan)["holds"]
        assert any(line.startswith("again: mailwright simulate --seed") for line in told(shrunk))
        script = [one for call, fault in shrunk.plan.script.items() for one in ("--only", f"{call}={fault}")]
        size = ("--events", str(shrunk.plan.events), "--sends", str(shrunk.plan.sends), "--no-shrink")
        code, said = run("--seed", str(shrunk.plan.seed), *size, "--faults", "throttles", *script)
        assert code == 1
        assert f"again: {shrunk.plan.command()}" in said
    assert simulate(shrunk.plan)["holds"]


def test_the_page_of_the_full_run_has_every_part_of_it():
    parts = [Part("seed", "standard", 1), Part("alone", "crashes", 1)]
    done = {part: carry_out(part, 100) for part in parts}
    done[Part("singles", "one id")] = {"runs": 5, "violations": [], "seconds": 1.0}
    done[Part("suite", "")] = {"red": "", "seconds": 1.0}
    done[Part("mutant", "floor")] = {"what": "x", "killed_by": "test_f01", "seconds": 1.0}
    text = page(done, "a machine")
    for said in ("events lost", "`crashes`", "| 5 | 0 |", "1 of 1 make the suite red", "oracle"):
        assert said in text
    told = promised((ROOT / "docs" / "guarantees.md").read_text(), done)
    assert "<!-- fold -->" in told
    assert "<!-- guards -->1 of 1<!-- / -->" in told
    assert re.findall(r"<!-- (\w+) --><!-- / -->", told) == []  # every mark has its figure
