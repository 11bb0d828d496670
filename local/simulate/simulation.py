"""One simulated shop: the real functions, adapters and pollers on the memory engine, with faults at every call to AWS.

Only composing is left out: `send` gets a message without rendering one, which is pure and calls nothing.
"""

import random
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from functions.wiring import all_functions
from local.gateway import Request, payload
from local.simulate import shop
from local.simulate.campaigns import Campaigns
from local.simulate.chaos import Chaos
from local.simulate.faults import Faults
from local.simulate.ids import Ids
from local.simulate.journal import Journal
from local.simulate.lambdas import Lambdas
from local.simulate.mailbox import Mailbox, Taken
from local.simulate.monitor import Monitor
from local.simulate.oracle import Oracle
from local.simulate.ports import RUNNING, Mail, Port
from local.simulate.producer import Producer
from local.simulate.sending import sending
from local.simulate.shards import Shards
from local.world import aside, names
from local.world.clock import Clock
from local.world.due import DueWatch
from local.world.invoke import Handler, handler_of
from local.world.memory.engine import MemoryEngine
from local.world.pollers import feed
from local.world.pollers.feed import Take
from local.world.pollers.sqs import SqsTrigger
from local.world.pollers.table import TableTrigger
from mailwright import bootstrap
from mailwright.compose.tokens import seal
from mailwright.lake.journal import FirehoseJournal
from mailwright.model.event import Event
from mailwright.model.times import DAY, MINUTE, SECOND
from mailwright.queue.sends import SendsQueue
from mailwright.queue.stream import EventsStream
from mailwright.settings import Settings

LONGEST = 200 * DAY  # nothing goes on for longer than the shop's life and what follows from it
Script = Mapping[int, str]


class Simulation:
    """`run()` it once. One at a time in a process: the handlers find it through bootstrap.

    `life` replaces the shop's events by others, all of one person: `ids.name(0)`.
    """

    def __init__(
        self,
        seed: int,
        events: int,
        sends: int,
        faults: Faults,
        script: Script | None = None,
        life: Iterator[Event] | None = None,
    ) -> None:
        aside.prepare(verbose=False)
        self.clock = Clock(shop.START)
        self.engine = MemoryEngine(self.clock)
        self.functions = {function.name: function for function in _all() if function.name in RUNNING}
        self.engine.build(list(self.functions.values()))
        self.chaos = chaos = Chaos(seed, faults, script)
        self.faults, self._chance = faults, random.Random(f"{seed}:simulation")
        told = None if life is None else [*life]
        self.ids = Ids(shop.life(seed, events) if told is None else told)
        self.oracle, self.monitor, self.journal = Oracle(self.ids.home), Monitor(), Journal()
        self.mailbox = Mailbox(self.clock, faults, seed, self.oracle, chaos.injected)
        handlers: dict[str, Handler] = {}
        self.lambdas = Lambdas(self.clock, chaos, handlers, faults.skew, seed)
        self.app = self._app()
        handlers |= {name: handler_of(name) for name in RUNNING} | {"send": sending(self.app)}
        happening = shop.life(seed, events) if told is None else iter(told)
        self.producer = Producer(
            self.clock, happening, self.app.stream, self.engine.kinesis, self.oracle, faults, seed, chaos.injected
        )
        self.campaigns = Campaigns(
            self.clock, self.app.sends, self.monitor.planned, faults, seed, sends,
            shop.customers(events) if life is None else 1, chaos.injected,
        )  # fmt: skip
        self._wire()

    def _app(self) -> bootstrap.App:
        nonces = iter(range(1, 1 << 32))
        settings = Settings(names.settings("https://x.example.com"))
        app = bootstrap.App(settings, self._client, self.lambdas.now, lambda: f"{next(nonces):08x}")
        app.content = shop.CONTENT
        # These three pause before they ask again; here no time passes while a function runs.
        app.stream = EventsStream(self._client("kinesis"), names.STREAM, _no_pause)
        app.sends = SendsQueue(self._client("sqs"), names.queue_url("sends"), _no_pause)
        app.journal = FirehoseJournal(self._client("firehose"), names.JOURNAL, _no_pause)
        return app

    def _client(self, service: str) -> Any:
        if service == "sesv2":
            return Mail(self.mailbox, self)
        client = self.engine.client(service)
        return client if service == "secretsmanager" else Port(client, self)

    def _wire(self) -> None:
        """Connect everything by its trigger in function.toml, and those who watch."""
        functions, changes = self.functions, self.engine.dynamodb.tables[names.TABLE].changes
        fold, dispatch = functions["fold"], functions["dispatch"]
        self._due, self._ticking = DueWatch(), False
        self._table = feed.of_table(self.engine)
        to_dispatch = TableTrigger(self.engine, dispatch, dispatch.triggers[0], self.lambdas)
        self._table.consumers += [self.monitor.take, self._due.take, _with_outbox(to_dispatch.take)]
        self._shards = Shards(self.engine, fold, self.lambdas, self.faults.reshards, self.chaos.injected)
        self._queues = [
            SqsTrigger(self.engine, functions[name], functions[name].triggers[0], self.lambdas)
            for name in ("send", "feedback")
        ]
        url = names.queue_url("feedback")
        self.mailbox.accepted = lambda key, attempt: self.monitor.posted(Taken(key, attempt, changes.end))
        self.mailbox.customer = self.monitor.customer
        self.mailbox.deliver = lambda body: self.engine.sqs.send_message(QueueUrl=url, MessageBody=body)
        self.engine.firehose.told = lambda name, record: self.journal.take(record)
        self.producer.met = self._met
        self.lambdas.advance = self._advance

    def run(self) -> None:
        """Everything, until nothing is under way any more."""
        bootstrap.use(self.app)
        try:
            self.producer.start()
            self.campaigns.start()
            self._shards.start()
            self._look()
            self._advance(shop.START + LONGEST)
        finally:
            bootstrap.use(None)

    def _advance(self, until: int) -> None:
        while self.clock.step(until):
            self._look()
        self.clock.reach(until)

    def _look(self) -> None:
        self._table.look()
        self.monitor.judge()
        self._shards.look()
        for queue in self._queues:
            queue.look()
        earliest = self._due.earliest()
        if earliest is not None and not self._ticking:
            self._ticking = True
            self.clock.at(max(earliest, self.clock()) // MINUTE * MINUTE + MINUTE, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        self.lambdas(self.functions["tick"], {})

    def _met(self, event: Event) -> None:
        if self.faults.opt_outs and self._chance.random() < self.faults.opt_outs:
            self.chaos.injected["opt-out by itself"] += 1
            self.clock.at(event.at + self._chance.randrange(DAY), lambda: self.opt_out(event.customer_id))

    # What a fault may need: see ports.Stage.

    def place(self) -> str:
        """The function that runs; "" when none does."""
        return self.lambdas.running

    def again(self) -> None:
        """Run the present invocation a second time."""
        self.lambdas.again()

    def wait(self) -> None:
        """Let everything else go on for a while."""
        self.lambdas.wait()

    def opt_out(self, customer_id: str) -> None:
        """One click on the link, again until it is answered. Who was never written to has none."""
        if customer_id not in self.monitor.contacts:
            return
        token = seal(self.app.secret("TOKENS_SECRET"), "unsubscribe", customer_id)
        headers = {"content-type": "application/x-www-form-urlencoded"}
        request = Request("POST", f"/u/{token}", headers, b"List-Unsubscribe=One-Click")
        event = payload(request, "POST /u/{token}", {"token": token}, self.clock(), "request")
        at = self.clock() - self.faults.skew  # at the earliest, by the clock of whoever takes it
        answer, failure = self.lambdas(self.functions["preferences"], event)
        if failure is None and answer["statusCode"] == 200:
            self.oracle.said_no(customer_id, at)
        else:
            self.clock.at(self.clock() + 30 * SECOND, lambda: self.opt_out(customer_id))


_all = cache(all_functions)


def _with_outbox(take: Take) -> Take:
    """The trigger's own filter, asked in a cheaper way first: most changes are of contacts."""

    def some(shard: str, records: list[dict[str, Any]]) -> None:
        take(shard, [record for record in records if "pend" in record["dynamodb"].get("NewImage", {})])

    return some


def _no_pause(seconds: float) -> None:
    """Throttled requests are asked again at once."""
