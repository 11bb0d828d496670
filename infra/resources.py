"""Everything the functions may use, in one value: what names it to them, and what grants and triggers point at."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms

from infra.api import Api
from infra.buckets import Buckets
from infra.lake import Lake
from infra.mail import Mail
from infra.queues import Queues
from infra.secret import Secrets, arn

CONTENT_FILE = "/opt/content.json"  # where the content layer lands


@dataclass(frozen=True)
class Resources:
    key: kms.Key
    table: dynamodb.TableV2
    stream: kinesis.Stream
    queues: Queues
    buckets: Buckets
    lake: Lake
    secrets: Secrets
    mail: Mail
    buses: Mapping[str, events.IEventBus]
    api: Api

    def settings(self) -> dict[str, str]:
        """The value of every variable in mailwright.settings.RESOURCES."""
        return {
            "CUSTOMERS_TABLE": self.table.table_name,
            "EVENTS_STREAM": self.stream.stream_name,
            "SENDS_QUEUE_URL": self.queues.work["sends"].queue_url,
            "QUARANTINE_BUCKET": self.buckets.quarantine.bucket_name,
            "LAKE_BUCKET": self.buckets.lake.bucket_name,
            "JOURNAL_STREAM": self.lake.journal.ref,
            "CONFIGURATION_SET": self.mail.configuration_set,
            "PUBLIC_URL": self.api.url,
            "TOKENS_SECRET": arn(self.secrets.tokens),
            "INGEST_SECRET": arn(self.secrets.ingest),
            "CLUSTERS_BUCKET": self.buckets.lake.bucket_name,
            "CONTENT_FILE": CONTENT_FILE,
        }
