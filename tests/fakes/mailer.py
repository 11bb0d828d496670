"""A Mailer in memory: keeps every message it took, and answers as told."""

from collections import Counter
from collections.abc import Callable

from mailwright.workflow.ports import Message, Posted


class FakeMailer:
    """`taken` holds the messages SES accepted, whether or not the reply arrived. `answers` gives the next outcomes."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.posts = 0
        self.answers: list[Posted] = []
        self.before: Callable[[Message], None] = lambda message: None

    def send(self, message: Message) -> Posted:
        self.before(message)
        self.posts += 1
        answer = self.answers.pop(0) if self.answers else Posted("accepted")
        if answer.outcome == "accepted":
            self.taken.append(message)
            return answer._replace(message_id=f"ses-{len(self.taken)}")
        return answer

    def send_and_lose_the_reply(self, message: Message) -> None:
        """What SES did when the answer is "unknown" but the email went out."""
        self.taken.append(message)

    @property
    def per_key(self) -> Counter[str]:
        return Counter(message.tags["sk"] for message in self.taken)
