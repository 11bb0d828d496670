"""What came of a run: mail, journal, quarantine, failures, profiles, and the whole in numbers."""

from collections import Counter
from typing import Any

from local.world import aside, kept, names
from local.world.engine import Engine
from local.world.invoke import Failure, Invoker
from local.world.pollers.eventbridge import Buses
from local.world.ses import Mail
from local.world.tally import Tally
from mailwright.bootstrap import App
from mailwright.model.problem import Quarantined
from mailwright.model.profile import Profile
from mailwright.model.send import SendRecord


class Outcome:
    """The half of World that looks back; it changes nothing."""

    engine: Engine
    app: App
    invoker: Invoker
    tally: Tally
    buses: Buses

    @property
    def mail(self) -> list[Mail]:
        """Every email SES accepted, in order."""
        return self.engine.ses.mail

    @property
    def journal(self) -> list[SendRecord]:
        """Every line that went to the journal, in order; an email may have several."""
        return self.tally.journal

    @property
    def quarantined(self) -> list[Quarantined]:
        """Every record that was kept because it could not be used."""
        return kept.quarantined(self.engine.client("s3"))

    @property
    def failures(self) -> list[Failure]:
        """Every invocation that ended in an error."""
        return self.invoker.failures

    @property
    def log(self) -> list[str]:
        """What the handlers logged (warnings; everything when verbose), at most the last 10,000 lines."""
        return list(aside.ASIDE.lines)

    def profiles(self) -> list[Profile]:
        """Every profile, by customer id; ids that were merged into others are not among them."""
        live = (profile for profile in self.app.profiles.scan(0, 1) if not profile.merged_into)
        return sorted(live, key=lambda profile: profile.customer_id)

    def dead_letters(self) -> dict[str, int]:
        """Messages in each dead-letter queue; queues without any are left out."""
        queues = self.engine.sqs.queues
        dead = {queue.dead for queue in queues.values() if queue.dead} | {names.UNDELIVERED}
        return {name: len(queues[name].messages) for name in sorted(dead) if queues[name].messages}

    def counts(self) -> dict[str, Any]:
        """The run in numbers, ready for JSON. Capacity is counted on the memory engine only: moto's is wrong."""
        found: dict[str, Any] = {
            "events": self.tally.events,
            "duplicates": self.tally.duplicates,
            "quarantined": len(self.quarantined),
            "unmatched": self.buses.unmatched,
            "planned": len(self.tally.planned),
            "states": self.tally.states(),
            "accepted": self.tally.states().get("accepted", 0),
            "held": self.tally.held(),
            "dead_letters": self.dead_letters(),
            "failures": dict(sorted(Counter(failure.function for failure in self.failures).items())),
            "invocations": dict(sorted(self.invoker.invocations.items())),
            "calls": self.engine.meter.report()["calls"],
        }
        if self.engine.name == "memory":
            found["units"] = self.engine.meter.report()["units"]
        return found
