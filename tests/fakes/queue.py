"""A Queue in memory: remembers what was put, with the delay asked for."""

from collections.abc import Sequence

from mailwright.model.send import SendTask


class FakeQueue:
    def __init__(self) -> None:
        self.put_with_delay: list[tuple[SendTask, int]] = []

    @property
    def tasks(self) -> list[SendTask]:
        return [task for task, _ in self.put_with_delay]

    def put(self, tasks: Sequence[SendTask], delay: int = 0) -> None:
        if not 0 <= delay <= 900:
            raise ValueError(f"a queue holds a message back 0 to 900 seconds, not {delay}")
        self.put_with_delay.extend((task, delay) for task in tasks)
