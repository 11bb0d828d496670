"""The stack as a table of contents: what there is, in the order an event meets it."""

from pathlib import Path

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_stepfunctions import CfnStateMachine
from constructs import Construct

from functions import wiring
from infra.address import COLLECT, address
from infra.alarms import Alarms
from infra.api import Api
from infra.buckets import buckets
from infra.bus import buses
from infra.config import Config
from infra.dashboard import dashboard
from infra.function import function
from infra.key import encryption_key
from infra.lake import Lake
from infra.layers import layers
from infra.mail import Mail
from infra.nag import acknowledge
from infra.queues import queues
from infra.resources import Resources
from infra.secret import arn, secrets
from infra.stream import events_stream
from infra.table import customers_table
from infra.triggers import Triggers


class MailwrightStack(Stack):
    """One environment of Mailwright. `content` is the folder with the compiled content.json."""

    def __init__(self, scope: Construct, config: Config, content: Path) -> None:
        super().__init__(
            scope,
            config.stack,
            description="Mailwright: data-driven email personalization",
            env=Environment(account=config.account, region=config.region),
            termination_protection=config.retain_data,
        )
        wired = wiring.all_functions()
        found = self._resources(config, wired)
        carried = layers(self, content)
        functions: dict[str, lambda_.Function] = {}
        machines: list[CfnStateMachine] = []
        for each in wired:
            functions[each.name] = function(self, each, config, found, carried)
            machines += Triggers(self, each, functions[each.name], config, found).machines
        address(self, functions[COLLECT], config)
        alarms = Alarms(self, config, functions, machines, found)
        dashboard(self, config, functions, found, alarms)
        acknowledge(self, found, machines)
        self._outputs(found)

    def _resources(self, config: Config, wired: list[wiring.Function]) -> Resources:
        key = encryption_key(self)
        stream = events_stream(self, config, key)
        stored = buckets(self, config, key)
        lined = queues(self, wired, key)
        return Resources(
            key=key,
            table=customers_table(self, config, key),
            stream=stream,
            queues=lined,
            buckets=stored,
            lake=Lake(self, config, stream, stored.lake, key),
            secrets=secrets(self, config, key),
            mail=Mail(self, config, lined, key),
            buses=buses(self, config),
            api=Api(self, config),
        )

    def _outputs(self, found: Resources) -> None:
        values = {
            "ApiUrl": found.api.url,
            "EventBusName": found.buses["shop"].event_bus_name,
            "IngestSecretArn": arn(found.secrets.ingest),
            "CustomersTableName": found.table.table_name,
            "LakeBucketName": found.buckets.lake.bucket_name,
            "QuarantineBucketName": found.buckets.quarantine.bucket_name,
        }
        for name, value in values.items():
            CfnOutput(self, name, value=value)
