"""The world: an engine, the pollers and the real handlers, in one process and one thread, on a virtual clock."""

import json
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Literal

from functions.machine import definition
from functions.wiring import Function, Trigger, all_functions
from local.gateway import Gateway, Request, Response
from local.world import aside, feedback, names
from local.world.clock import Clock
from local.world.due import DueWatch
from local.world.engine import Engine
from local.world.invoke import Handler, Invoker, handler_of
from local.world.memory.engine import MemoryEngine
from local.world.moves import MovesWatch
from local.world.needs import Need, needs
from local.world.outcome import Outcome
from local.world.pollers import feed
from local.world.pollers.asynchronous import Asynchronous
from local.world.pollers.eventbridge import Buses
from local.world.pollers.kinesis import KinesisTrigger
from local.world.pollers.machine import Machine
from local.world.pollers.schedule import ScheduleTrigger
from local.world.pollers.sqs import SqsTrigger
from local.world.pollers.table import TableTrigger
from local.world.ses import bare
from local.world.tally import Tally
from mailwright import bootstrap
from mailwright.model.content import Content
from mailwright.model.times import DAY
from mailwright.settings import Settings

EngineName = Literal["moto", "memory"]
LONGEST = 400 * DAY  # how far `run_out` goes when journeys keep finding something to do


def engine(name: EngineName, clock: Clock, *, strict: bool = False) -> Engine:
    """A new engine. moto is imported only when it is asked for: it takes a second."""
    if name == "memory":
        return MemoryEngine(clock, strict=strict)
    from local.world.moto_engine import MotoEngine  # noqa: PLC0415

    return MotoEngine(clock, strict=strict)


class World(Outcome):
    """`with World("memory", content, start) as world:`. Same input, same bytes out, on whatever machine.

    Nothing happens by itself: `http`, `put_event` and `feedback` happen at the present instant, `advance` and `run_out`
    let time pass and do what falls due. `hourly` has the metrics written every hour, not at the end of each day only.
    One world at a time in a process: the handlers find it through bootstrap.
    """

    def __init__(
        self,
        engine_name: EngineName,
        content: Content,
        start: int,
        *,
        public_url: str = "http://localhost:8080",
        verbose: bool = False,
        hourly: bool = False,
        strict: bool = False,
        functions: list[Function] | None = None,
        handler: Callable[[str], Handler] = handler_of,
    ) -> None:
        aside.prepare(verbose=verbose)
        self.content = content
        self._hourly = hourly
        self.clock = Clock(start)
        self.functions = all_functions() if functions is None else functions
        self.engine = engine(engine_name, self.clock, strict=strict)
        self.engine.build(self.functions)
        nonces = count(1)
        self.app = bootstrap.App(
            Settings(names.settings(public_url)), self.engine.client, self.clock, lambda: f"{next(nonces):08x}"
        )
        self.app.content = content
        bootstrap.use(self.app)
        self.invoker = Invoker(self.clock, handler)
        self.tally = Tally()
        self.moves = MovesWatch(start)
        self._by_name = {function.name: function for function in self.functions}
        self._gateway = Gateway(self._answer, self.clock)
        self._looks: list[Callable[[], None]] = []
        self.machines: list[Machine] = []
        self._wire()

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the world: handlers no longer find it, and the engine lets go of what it holds."""
        bootstrap.use(None)
        self.engine.close()

    def _wire(self) -> None:
        """Connect every trigger of function.toml, and the Firehose that copies the stream."""
        stream, table, due = feed.of_stream(self.engine), feed.of_table(self.engine), DueWatch()
        invoke = Asynchronous(self.engine, self.invoker)
        self.buses = Buses(self.clock, invoke)
        stream.consumers += [self.tally.streamed, self._copy]
        table.consumers += [due.take, self.tally.changed, self.moves.take]
        self._looks += [stream.look, table.look]
        needed = needs(due, self.content, self.engine.firehose, hourly=self._hourly)
        for function in self.functions:
            for trigger in function.triggers:
                match trigger.kind:
                    case "kinesis":
                        stream.consumers.append(KinesisTrigger(self.engine, function, trigger, self.invoker).take)
                    case "table":
                        table.consumers.append(TableTrigger(self.engine, function, trigger, self.invoker).take)
                    case "sqs":
                        self._looks.append(SqsTrigger(self.engine, function, trigger, self.invoker).look)
                    case "eventbridge":
                        self.buses.rule(function, trigger)
                    case "schedule" | "map":
                        need = needed.get(function.name, Need(lambda last: last, daemon=True))
                        target = invoke if trigger.kind == "schedule" else self._machine(function, trigger)
                        schedule = ScheduleTrigger(
                            self.clock, function, trigger, target, need.needed, daemon=need.daemon
                        )
                        self._looks.append(schedule.look)
        self.engine.sqs.told = self.tally.queued
        self.engine.firehose.told = self.tally.journalled
        self.ses_feedback = feedback.Feedback(self.clock, self._feedback)
        self.engine.ses.accepted = self.ses_feedback.accepted
        self.look()

    def _machine(self, function: Function, trigger: Trigger) -> Callable[[Function, dict[str, Any]], None]:
        """The state machine that infra deploys; a laptop's table is looked at in one part, which is quickest."""
        made = definition(function, trigger, names.arn("lambda", f"function:{function.name}"), parts=1)
        machine = Machine(self.clock, self.invoker, made)
        self.machines.append(machine)

        def night(function: Function, event: dict[str, Any]) -> None:
            machine(function, event)
            self.moves.night(self.now)

        return night

    def _copy(self, shard: str, records: list[dict[str, Any]]) -> None:
        for record in records:
            self.engine.firehose.take(names.COPY, record["Data"])

    def look(self) -> None:
        """Notice what was written: done after everything that happens here; for what was written by other hands."""
        for look in self._looks:
            look()

    # What comes in.

    def http(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """One request to the HTTP API, now."""
        response = self._gateway(Request(method, path, headers or {}, body))
        self.look()
        return response

    def _answer(self, name: str, event: dict[str, Any]) -> Any:
        answer, failure = self.invoker(self._by_name[name], event)
        if failure is not None:
            raise RuntimeError(f"{name} failed: {failure.error}")
        return answer

    def put_event(self, envelope: dict[str, Any], bus: str | None = None) -> bool:
        """One event onto an EventBridge bus, now; False when no rule wanted it. Problem for what PutEvents refuses."""
        wanted = self.buses.put(envelope, bus)
        self.look()
        return wanted

    def feedback(self, message: dict[str, Any]) -> None:
        """One SES event (or SNS notification), now, as SNS would put it on the queue.

        A bare event whose `mail` has a destination but no tags is completed from the last mail that went there, so that
        a story can say "Ada clicked" without knowing the mail's id.
        """
        self._feedback(json.dumps(self._completed(message), separators=(",", ":")))
        self.look()

    def _feedback(self, body: str) -> None:
        self.engine.sqs.send_message(QueueUrl=names.queue_url("feedback"), MessageBody=body)

    def _completed(self, message: dict[str, Any]) -> dict[str, Any]:
        mail = message.get("mail")
        to = mail.get("destination") if isinstance(mail, dict) else None
        if not isinstance(mail, dict) or mail.get("tags") or not isinstance(to, list) or not to:
            return message
        last = next((sent for sent in reversed(self.mail) if to[0] in map(bare, sent.to)), None)
        return message if last is None else {**message, "mail": {**feedback.envelope(last), **mail}}

    # Time.

    @property
    def now(self) -> int:
        """The present instant, milliseconds UTC."""
        return self.clock()

    def step(self, until: int | None = None) -> bool:
        """Do the next thing due, jumping to its instant; False when nothing is due at or before `until`."""
        if not self.clock.step(until):
            return False
        self.look()
        return True

    def advance(self, to: int) -> None:
        """Let time pass up to an instant, doing on the way what falls due, that instant included."""
        while self.step(to):
            pass
        self.clock.reach(to)

    def run_out(self, until: int | None = None) -> None:
        """Up to `until`; or, without it, until nothing is under way or awaited any more (400 days at the most).

        Schedules that go on for ever (recompute, measure, campaign) keep running meanwhile, but nothing waits for them.
        """
        if until is not None:
            self.advance(until)
            return
        limit = self.now + LONGEST
        while self.clock.busy and self.step(limit):
            pass
