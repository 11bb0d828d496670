"""One customer, one journey, one wake-up: entries, exits, and whatever is due.

Order inside a wake-up: entry and exit events by their own time, then the exit condition, then due steps. Conditions see
the facts as they are now, so a batch that comes late never sends what its own newer events have cancelled.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from mailwright.expression.closures import Row
from mailwright.journeys.clock import wait_ends
from mailwright.journeys.plan import Plan
from mailwright.journeys.split import branch
from mailwright.model.content import Step
from mailwright.model.profile import Position
from mailwright.model.send import SendTask, send_key
from mailwright.model.times import HOUR, MINUTE

FRESH = 72 * HOUR  # an entry event older than this is history: imported years do not make anyone's inbox ring
VALID = 72 * HOUR  # how long after its planned time an email may still go out
GRACE = 15 * MINUTE  # a wake-up within this of its time counts as on time; later, the next wait starts from now
FINISHED = "finished"
ENTRIES = 10  # passes through one journey that one wake-up may begin


class Trigger(NamedTuple):
    """Something that may make a customer enter or leave."""

    at: int  # event time, milliseconds UTC
    id: str  # of the event; "" for a change of segment
    name: str  # event name or call type, "segment:<name>", "left:<name>"


class Scene(NamedTuple):
    """What a wake-up knows. `as_of`: the time of the newest event the facts rest on, `now` for a timer."""

    customer_id: str
    facts: Row
    now: int
    as_of: int
    timezone: str  # the shop's, where the customer's is not known
    version: str  # of the content


class Advance(NamedTuple):
    position: Position | None
    sends: list[SendTask]
    capped: int  # entry events ignored because of ENTRIES


def advance(plan: Plan, position: Position | None, triggers: Iterable[Trigger], scene: Scene) -> Advance:
    """The position after this wake-up (None: never entered) and the emails it planned. `position` is not changed."""
    walk = _Walk(plan, position, scene)
    mine = [trigger for trigger in triggers if trigger.name in plan.enter or trigger.name in plan.exit]
    mine.sort(key=lambda one: (one.at, one.name in plan.exit, one.id))  # of the same instant, the exit is heard last
    walk.doom = max((trigger.at for trigger in mine if trigger.name in plan.exit), default=-1)
    for trigger in mine:
        if trigger.name in plan.exit:
            walk.leave(trigger)
        else:
            walk.meet(trigger)
    walk.settle()
    return Advance(walk.position, walk.sends, walk.capped)


class _Walk:
    def __init__(self, plan: Plan, position: Position | None, scene: Scene) -> None:
        self.plan, self.scene = plan, scene
        self.steps = plan.journey.steps
        self.position = None if position is None else msgspec.structs.replace(position)
        self.sends: list[SendTask] = []
        self.doom = -1  # time of the last exit event in this batch
        self.entries = self.capped = 0

    def meet(self, trigger: Trigger) -> None:
        """An entry event: begins a pass, starts its first wait anew, or finds the customer already under way."""
        here = self.position
        if here is not None and here.step:
            if self._rearm(here, trigger):
                return
            if self._doomed(here) or here.due is None or here.due > trigger.at:
                return
            self._run(here, trigger.at)  # what was due before this event; the pass may be over then
        if self.scene.now - trigger.at > FRESH or not self._may_enter(trigger):
            return
        if self.entries == ENTRIES:
            self.capped += 1
            return
        self._enter(trigger)

    def leave(self, trigger: Trigger) -> None:
        """An exit event ends the pass it comes after; one from before the pass began says nothing about it."""
        here = self.position
        if here is not None and here.step and trigger.at >= here.entered:
            self._end(here, f"exited: {trigger.name}", trigger.at)

    def settle(self) -> None:
        """The exit condition, then everything that is due."""
        here = self.position
        if here is None or not here.step:
            return
        if here.step not in self.steps:
            self._end(here, f"step {here.step} is gone", self.scene.as_of)
        elif self._exit_holds():
            self._end(here, f"exited: {self.plan.journey.exit_sql or 'condition'}", self.scene.as_of)
        else:
            self._run(here, self.scene.now)

    def _rearm(self, here: Position, trigger: Trigger) -> bool:
        journey = self.plan.journey
        first = self.steps.get(journey.first)
        if not journey.rearm or first is None or first.op != "wait" or here.step != first.id or here.sent:
            return False
        if (trigger.at, trigger.id) > (here.entered, here.event):
            here.entered, here.event, here.cause = trigger.at, trigger.id, trigger.name
            here.due = max(here.due or 0, self._wait_ends(first, trigger.at))
        return True

    def _doomed(self, here: Position) -> bool:
        return self.doom >= here.entered or self._exit_holds()

    def _exit_holds(self) -> bool:
        rule = self.plan.exit_rule
        return rule is not None and rule(self.scene.facts) is True

    def _may_enter(self, trigger: Trigger) -> bool:
        here, again = self.position, self.plan.journey.again
        if here is not None:
            if here.step:
                return False
            always = again == 0 and here.why == FINISHED  # then even an event that comes late, out of order, counts
            earliest = here.ended + (again or 0) if here.sent else here.ended
            if (here.sent and again is None) or (trigger.at < earliest and not always):
                return False
        rule = self.plan.enter_rule
        return rule is None or rule(self.scene.facts) is True

    def _enter(self, trigger: Trigger) -> None:
        before = self.position
        entry = 1 if before is None else before.entry + (before.sent > 0)  # an unused entry's send keys are unused too
        first = self.steps[self.plan.journey.first]
        # A trigger may be ahead of this worker's clock. What needs no waiting is then due now: a pass that waited for
        # its own beginning would turn away the event that comes next.
        due = self._wait_ends(first, trigger.at) if first.op == "wait" else min(trigger.at, self.scene.now)
        self.position = Position(entry, trigger.at, first.id, due, event=trigger.id, cause=trigger.name)
        self.entries += 1

    def _run(self, here: Position, until: int) -> None:
        """Go on from every wait that ended by `until`. Steps only lead forward, so this ends."""
        while here.step and here.due is not None and here.due <= until:
            planned = here.due
            clock = planned if self.scene.now - planned <= GRACE else self.scene.now
            step = self.steps.get(here.step)
            if step is not None and step.op == "wait":
                step = self.steps.get(step.next)
            while step is not None and step.op != "wait":
                step = self.steps.get(self._perform(here, step, planned))
            if step is None:
                self._end(here, FINISHED, planned)
            else:
                here.step, here.due = step.id, self._wait_ends(step, clock)

    def _perform(self, here: Position, step: Step, planned: int) -> str:
        """Do a step that takes no time; the id of the next one, "" at the end."""
        if step.op == "if":
            holds = self.plan.rules[step.id](self.scene.facts) is True
            here.branches = {**here.branches, step.id: "then" if holds else "else"}
            return step.next if holds else step.otherwise
        if step.op == "split":
            label, target = branch(self.scene.customer_id, self.plan.journey.name, step.id, step.branches)
            here.branches = {**here.branches, step.id: label}
            return target
        rule = self.plan.rules.get(step.id)
        if rule is None or rule(self.scene.facts) is True:
            self._send(here, step, planned)
        return step.next

    def _send(self, here: Position, step: Step, planned: int) -> None:
        here.sent += 1
        self.sends.append(
            SendTask(
                key=send_key(self.scene.customer_id, self.plan.program, step.id, here.entry),
                customer_id=self.scene.customer_id,
                program=self.plan.program,
                step=step.id,
                template=step.template,
                planned_at=planned,
                not_after=planned + VALID,
                cls=self.plan.journey.cls,
                subject=step.subject,
                offers=step.offers,
                when=self.plan.guards[step.id],
                trace=self._trace(here, step),
            )
        )

    def _trace(self, here: Position, step: Step) -> dict[str, object]:
        trace: dict[str, object] = {
            "journey": self.plan.journey.name,
            "entry": here.entry,
            "entered_at": here.entered,
            "event": here.event,
            "event_name": here.cause,
            "step": step.id,
            "content": self.scene.version,
        }
        if self.plan.journey.enter_sql:
            trace["rule"] = self.plan.journey.enter_sql
        if step.sql:
            trace["send_when"] = step.sql
        if here.branches:
            trace["branches"] = [
                {"step": taken, "took": label} | ({"rule": self.steps[taken].sql} if self.steps[taken].sql else {})
                for taken, label in here.branches.items()
                if taken in self.steps
            ]
        return trace

    def _wait_ends(self, step: Step, start: int) -> int:
        zones = (str(self.scene.facts.get("timezone") or ""), self.scene.timezone)
        return wait_ends(start, step.wait, step.until, zones)

    def _end(self, here: Position, why: str, at: int) -> None:
        here.step, here.due, here.ended, here.why, here.branches = "", None, at, why, {}
