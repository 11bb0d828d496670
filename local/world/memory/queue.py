"""A queue and its messages, in the order in which they can be received."""

import heapq
from dataclasses import dataclass, field


@dataclass
class Message:
    number: int
    id: str
    body: str
    sent: int
    visible: int
    receives: int = 0
    first: int = 0  # when first received
    last: int = 0  # when last received
    receipt: str = ""


@dataclass
class Queue:
    name: str
    visibility: int  # seconds
    most: int | None  # receives before a message is dead
    dead: str | None  # name of the queue it then goes to
    retention: int  # seconds
    messages: dict[str, Message] = field(default_factory=dict)
    order: list[tuple[int, int, str]] = field(default_factory=list)  # heap; entries out of date are skipped

    def show(self, message: Message, visible: int) -> None:
        message.visible = visible
        heapq.heappush(self.order, (visible, message.number, message.id))

    @property
    def next(self) -> int | None:
        """When the next message can be received; None when the queue is empty."""
        while self.order:
            visible, _, name = self.order[0]
            message = self.messages.get(name)
            if message is not None and message.visible == visible:
                return visible
            heapq.heappop(self.order)
        return None
