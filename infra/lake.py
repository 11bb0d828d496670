"""Two Firehoses into the lake: `events` copies the stream, `journal` takes what became of each email."""

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Config
from infra.logs import log_group

_Firehose = firehose.CfnDeliveryStream
_S3 = _Firehose.ExtendedS3DestinationConfigurationProperty
_Processing = _Firehose.ProcessingConfigurationProperty


class Lake(Construct):
    """`events` and `journal`, both gzipped NDJSON under <name>/dt=YYYY-MM-DD/; what fails to arrive goes to failed/."""

    def __init__(
        self, scope: Construct, config: Config, stream: kinesis.Stream, bucket: s3.Bucket, key: kms.Key
    ) -> None:
        super().__init__(scope, "Firehose")
        self._bucket, self._key = bucket, key
        self._logs = log_group(self, "Logs", config, f"/aws/kinesisfirehose/{config.stack}")
        self.events = self._copy(stream)
        self.journal = self._journal()

    def _copy(self, stream: kinesis.Stream) -> firehose.CfnDeliveryStream:
        role = self._role("Events")
        role.add_to_policy(
            iam.PolicyStatement(
                actions=[
                    "kinesis:DescribeStream",
                    "kinesis:GetShardIterator",
                    "kinesis:GetRecords",
                    "kinesis:ListShards",
                ],
                resources=[stream.stream_arn],
            )
        )
        source = _Firehose.KinesisStreamSourceConfigurationProperty(
            kinesis_stream_arn=stream.stream_arn, role_arn=role.role_arn
        )
        delivery = _Firehose(
            self,
            "Events",
            delivery_stream_type="KinesisStreamAsSource",
            kinesis_stream_source_configuration=source,
            extended_s3_destination_configuration=self._destination("events", role, _newlines()),
        )
        delivery.node.add_dependency(role)
        return delivery

    def _journal(self) -> firehose.CfnDeliveryStream:
        role = self._role("Journal")
        delivery = _Firehose(
            self,
            "Journal",
            delivery_stream_type="DirectPut",
            delivery_stream_encryption_configuration_input=_Firehose.DeliveryStreamEncryptionConfigurationInputProperty(
                key_type="CUSTOMER_MANAGED_CMK", key_arn=self._key.key_arn
            ),
            extended_s3_destination_configuration=self._destination("sends", role),
        )
        delivery.node.add_dependency(role)
        return delivery

    def _destination(self, prefix: str, role: iam.Role, processing: _Processing | None = None) -> _S3:
        log_stream = logs.LogStream(
            self,
            f"{prefix.title()}Log",
            log_group=self._logs,
            log_stream_name=prefix,
            removal_policy=RemovalPolicy.DESTROY,
        )
        return _S3(
            bucket_arn=self._bucket.bucket_arn,
            role_arn=role.role_arn,
            prefix=f"{prefix}/dt=!{{timestamp:yyyy-MM-dd}}/",
            error_output_prefix=f"failed/{prefix}/!{{firehose:error-output-type}}/dt=!{{timestamp:yyyy-MM-dd}}/",
            compression_format="GZIP",
            file_extension=".ndjson.gz",
            buffering_hints=_Firehose.BufferingHintsProperty(interval_in_seconds=300, size_in_m_bs=64),
            processing_configuration=processing,
            cloud_watch_logging_options=_Firehose.CloudWatchLoggingOptionsProperty(
                enabled=True,
                log_group_name=self._logs.log_group_name,
                log_stream_name=log_stream.log_stream_name,
            ),
        )

    def _role(self, name: str) -> iam.Role:
        """What Firehose itself needs to write to the bucket, to the log, and to read and write with our key."""
        role = iam.Role(
            self,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal(
                "firehose.amazonaws.com", conditions={"StringEquals": {"sts:ExternalId": Aws.ACCOUNT_ID}}
            ),
        )
        objects = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
        role.add_to_policy(iam.PolicyStatement(actions=objects, resources=[self._bucket.arn_for_objects("*")]))
        listing = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
        role.add_to_policy(iam.PolicyStatement(actions=listing, resources=[self._bucket.bucket_arn]))
        role.add_to_policy(iam.PolicyStatement(actions=["logs:PutLogEvents"], resources=[self._logs.log_group_arn]))
        role.add_to_policy(
            iam.PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[self._key.key_arn])
        )
        return role


def _newlines() -> _Processing:
    """Records of the stream are bare JSON; the journal ends its lines itself."""
    newline = _Firehose.ProcessorProperty(
        type="AppendDelimiterToRecord",
        parameters=[_Firehose.ProcessorParameterProperty(parameter_name="Delimiter", parameter_value="\\n")],
    )
    return _Processing(enabled=True, processors=[newline])
