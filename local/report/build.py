"""The whole report of one run, as one HTML file."""

from collections.abc import Mapping
from typing import Any

from local.report.pack import pack
from local.report.page import page
from local.report.pictures import pictures
from local.report.story import Story
from local.world.world import World


def build(title: str, world: World, summary: Mapping[str, Any]) -> str:
    """report.html: self-contained, the same bytes for the same run. `summary` is what `replay --json` prints.

    What does not fit into a file that opens easily is named on the page, and stands in the files beside it.
    """
    story = Story(world)
    packed = pack((row.id for row in story.rows), story.customer, story.mail)
    told = story.overview(title, summary)
    drawn = [picture._asdict() for picture in pictures(story.history())]
    notes = [*told["notes"], *_left_out(len(story.rows) - packed.lives, len(world.mail) - packed.mails)]
    blocks = [(f"block-{number}", block) for number, block in enumerate(packed.blocks)]
    return page(title, [("overview", {**told, "notes": notes, "first": packed.first, "pictures": drawn}), *blocks])


def _left_out(lives: int, mails: int) -> list[str]:
    notes = []
    if lives > 0:
        notes.append(f"{lives:,} timelines are not in this page: sends.ndjson and profiles.ndjson hold everyone.")
    if mails > 0:
        notes.append(f"{mails:,} emails are not in this page: the outbox folder beside it holds every one.")
    return notes
