"""Does the condition an email was decided under still hold? Asked again right before it is sent."""

from functools import lru_cache

import msgspec

from mailwright.expression.closures import Rule, closure
from mailwright.expression.tree import Expr
from mailwright.model.content import Content
from mailwright.model.problem import Problem
from mailwright.model.profile import Profile
from mailwright.model.send import SendTask
from mailwright.segments.clusters import facts
from mailwright.segments.membership import compiled


def holds(task: SendTask, profile: Profile, content: Content, now: int) -> bool:
    """Whether `task.when` is true of the profile at `now`; a task without one always may go.

    Unknown is not true. Problem when the rule is not one this version reads.
    """
    if task.when is None:
        return True
    row = facts(profile, now, content)
    compiled(content)(row)  # adds segments and persona
    return _rule(msgspec.json.encode(task.when))(row) is True


@lru_cache(maxsize=256)
def _rule(tree: bytes) -> Rule:
    try:
        return closure(msgspec.json.decode(tree, type=Expr))
    except msgspec.ValidationError as error:
        raise Problem("rule", f"the task's condition cannot be read: {error}") from error
