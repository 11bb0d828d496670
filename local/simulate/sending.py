"""The `send` function without composing: the message is the same for everyone, everything after it is real."""

from typing import Any

from local.world.invoke import Handler
from mailwright.bootstrap import App
from mailwright.model.contact import Contact
from mailwright.model.profile import Profile
from mailwright.model.send import SendTask
from mailwright.workflow.composing import Composed
from mailwright.workflow.deliver import Sending
from mailwright.workflow.ports import Message
from mailwright.workflow.send import send
from mailwright.workflow.tags import tags


def sending(it: App) -> Handler:
    """functions/send/handler.py, line for line, but for `compose`."""
    keys = it.secret("TOKENS_SECRET")
    sender = it.content.shop.sender

    def compose(profile: Profile, contact: Contact, task: SendTask, now: int) -> Composed:
        return Composed(Message(sender, contact.address, b"mail", tags(task, keys)), "Hello")

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        world = Sending(
            it.profiles, it.contacts, it.sends, it.mailer, it.journal, it.quarantine, it.content, compose, it.nonce
        )
        messages = [(record["messageId"], record["body"]) for record in event["Records"]]
        sent = send(messages, world, it.clock(), context.get_remaining_time_in_millis)
        return {"batchItemFailures": [{"itemIdentifier": name} for name in sent.left]}

    return handler
