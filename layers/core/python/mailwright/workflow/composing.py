"""From a task to the message for SES: the person's data, the rendered template, the headers and the tags."""

from collections.abc import Mapping
from typing import NamedTuple

from mailwright.compose.address import sendable
from mailwright.compose.context import context
from mailwright.compose.mime import mime
from mailwright.compose.render import render
from mailwright.compose.tokens import seal
from mailwright.model.contact import Contact
from mailwright.model.content import Content
from mailwright.model.problem import Problem
from mailwright.model.profile import Profile
from mailwright.model.send import SendTask
from mailwright.workflow.ports import Message
from mailwright.workflow.tags import tags


class Composed(NamedTuple):
    message: Message
    subject: str


def compose(
    profile: Profile,
    contact: Contact,
    task: SendTask,
    now: int,
    *,
    content: Content,
    keys: Mapping[str, str],
    public_url: str,
) -> Composed:
    """The complete email for one person. Problem when its template is unknown or cannot be rendered."""
    template = content.templates.get(task.template)
    if template is None:
        raise Problem("template", f"no template named {task.template!r} in this content")
    unsubscribe = f"{public_url}/u/{seal(keys, 'unsubscribe', task.customer_id)}"
    rendered = render(template, context(profile, contact, task, content, now, {"unsubscribe": unsubscribe}), task)
    to = sendable(contact.address)
    raw = mime(
        rendered,
        sender=content.shop.sender,
        reply_to=content.shop.reply_to,
        to=to,
        unsubscribe_url=unsubscribe if task.cls == "M" else "",  # nobody unsubscribes from a receipt
        at=now,
        boundary_seed=task.key,
        headers={},
    )
    return Composed(Message(content.shop.sender, to, raw, tags(task, keys)), rendered.subject)
