"""Campaigns: tasks for everyone, queued in pages by a worker that dies and starts over, and some queued again later."""

import random
from collections import Counter

from botocore.exceptions import BotoCoreError, ClientError

from local.simulate.faults import Faults
from local.simulate.ids import name
from local.simulate.shop import SPAN, START
from local.world.clock import Clock
from mailwright.model.send import SendTask, send_key
from mailwright.model.times import DAY, HOUR, MINUTE
from mailwright.queue.sends import QueueRefused, SendsQueue

PAGE = 100
RECEIPTS = 0.3  # share of the campaigns whose emails are of class T
LIFE = DAY  # of an email


class Campaigns:
    """`sends` tasks in all, in rounds to every customer. What was planned is put into `planned`, by key."""

    def __init__(
        self,
        clock: Clock,
        queue: SendsQueue,
        planned: dict[str, SendTask],
        faults: Faults,
        seed: int,
        sends: int,
        people: int,
        injected: Counter[str],
    ) -> None:
        self._clock = clock
        self._queue = queue
        self._planned = planned
        self._faults = faults
        self._chance = random.Random(f"{seed}:campaigns")
        self._sends = sends
        self._people = people
        self._injected = injected

    def start(self) -> None:
        """Plan every round on the clock."""
        rounds = -(-self._sends // self._people)
        for number in range(rounds):
            when = START + HOUR + SPAN * number // rounds
            most = min(self._people, self._sends - number * self._people)
            self._clock.at(when, lambda number=number, most=most: self._round(number, most))  # type: ignore[misc]

    def _round(self, number: int, most: int) -> None:
        now, cls = self._clock(), "T" if self._chance.random() < RECEIPTS else "M"
        tasks = []
        for person in range(most):
            key = send_key(name(person), f"campaign:{number}", "send", number)
            task = SendTask(
                key, name(person), f"campaign:{number}", "send", "mail", now, now + LIFE, cls  # type: ignore[arg-type]
            )  # fmt: skip
            tasks.append(task)
            self._planned[key] = task
        self._page(tasks, 0)
        if self._faults.redriven:
            again = [task for task in tasks if self._chance.random() < self._faults.redriven]
            self._injected["task queued again after 7 days"] += len(again)
            self._clock.at(now + 7 * DAY + MINUTE, lambda: self._page(again, 0))

    def _page(self, tasks: list[SendTask], start: int) -> None:
        """One page; then the next, or all over again when the worker died."""
        page = tasks[start : start + PAGE]
        if not page:
            return
        if self._faults.copies:
            twice = [task for task in page if self._chance.random() < self._faults.copies]
            self._injected["task queued twice"] += len(twice)
            page = page + twice
        try:
            self._queue.put(page)
        except (BotoCoreError, ClientError, QueueRefused):
            self._clock.at(self._clock() + MINUTE, lambda: self._page(tasks, start))
            return
        following = start + PAGE
        if self._faults.killed and self._chance.random() < self._faults.killed:
            self._injected["campaign worker killed"] += 1
            following = 0
        self._clock.at(self._clock() + 1, lambda: self._page(tasks, following))
