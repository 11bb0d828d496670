"""The names of the laptop's resources, and the settings that tell the functions."""

import json
from hashlib import sha512

REGION = "us-east-1"
ACCOUNT = "123456789012"
TABLE = "customers"
STREAM = "events"
UNDELIVERED = "undelivered"  # where EventBridge's, Scheduler's and Lambda's failed invocations end
LAKE, QUARANTINE = "mailwright-lake", "mailwright-quarantine"
JOURNAL, COPY = "journal", "events"  # the two Firehoses
CONFIGURATION_SET = "mailwright"
TOKENS, INGEST = "mailwright/tokens", "mailwright/ingest"
WRITE_KEY = "local"

# Fixed, so that the same input gives the same links: this key protects nothing but a replay.
_KEY = sha512(b"the laptop's key for tokens").hexdigest()
SECRETS = {
    TOKENS: json.dumps({"current": "a", "a": _KEY}),
    INGEST: json.dumps({"write_key": WRITE_KEY, "shopify_secret": "local"}),
}


def queue_url(name: str) -> str:
    """The URL of a queue."""
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


def arn(service: str, resource: str) -> str:
    """The ARN of a resource."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def settings(public_url: str) -> dict[str, str]:
    """The environment of every function: the values that `mailwright.settings.RESOURCES` names."""
    return {
        "CUSTOMERS_TABLE": TABLE,
        "EVENTS_STREAM": STREAM,
        "SENDS_QUEUE_URL": queue_url("sends"),
        "QUARANTINE_BUCKET": QUARANTINE,
        "LAKE_BUCKET": LAKE,
        "JOURNAL_STREAM": JOURNAL,
        "CONFIGURATION_SET": CONFIGURATION_SET,
        "PUBLIC_URL": public_url,
        "TOKENS_SECRET": TOKENS,
        "INGEST_SECRET": INGEST,
        "CLUSTERS_BUCKET": LAKE,
        "CONTENT_FILE": "the world has its content in hand",
    }
