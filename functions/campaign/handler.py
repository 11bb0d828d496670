"""Every five minutes: plans the emails of the campaigns that fell due since the run before."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.model.times import parse_iso
from mailwright.workflow.campaign import campaign

logger = Logger(service="campaign")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    it = app()
    # The instant the schedule meant, not the one it came to: a late or repeated run looks at the same five minutes.
    scheduled = parse_iso(event["scheduled"]) if "scheduled" in event else it.clock()
    planned = campaign(it.content, it.profiles, it.sends, scheduled)
    counts = {"due": len(planned.emails), "planned": planned.emails.total(), "unreadable": planned.unreadable}
    (logger.warning if planned.unreadable else logger.info)("campaigns", extra=counts)
    return dict(planned.emails)
