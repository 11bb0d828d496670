"""SES: the sending identity, the configuration set every email carries, and its feedback by SNS into the queue."""

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.config import Config
from infra.queues import Queues

_Event = ses.EmailSendingEvent
# Without SEND: that SES took an email is known from its answer, and where that was lost every other event says it too.
# It would be one more message for every email.
_FEEDBACK = [
    _Event.DELIVERY,
    _Event.OPEN,
    _Event.CLICK,
    _Event.BOUNCE,
    _Event.COMPLAINT,
    _Event.REJECT,
    _Event.DELIVERY_DELAY,
    _Event.RENDERING_FAILURE,
]


class Mail(Construct):
    """`configuration_set` is a name; `identity_arn` and `configuration_set_arn` are what the sender may use."""

    def __init__(self, scope: Construct, config: Config, queues: Queues, key: kms.Key) -> None:
        super().__init__(scope, "Mail")
        self.domain = config.sender_domain
        self.configuration_set = config.stack
        self._set = ses.ConfigurationSet(
            self,
            "Set",
            configuration_set_name=self.configuration_set,
            reputation_metrics=False,  # those of the account cost nothing, and are what SES goes by
            suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
        )
        self._feedback(queues, key)
        if config.create_identity:
            self._identity(config.sender_domain)

    @property
    def identity_arn(self) -> str:
        return Stack.of(self).format_arn(service="ses", resource="identity", resource_name=self.domain)

    @property
    def configuration_set_arn(self) -> str:
        return Stack.of(self).format_arn(
            service="ses", resource="configuration-set", resource_name=self.configuration_set
        )

    def _feedback(self, queues: Queues, key: kms.Key) -> None:
        queue = queues.work["feedback"]
        topic = sns.Topic(self, "Feedback", master_key=key, enforce_ssl=True)
        queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("sns.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": topic.topic_arn}},
            )
        )
        sns.Subscription(
            self,
            "ToQueue",
            topic=topic,
            protocol=sns.SubscriptionProtocol.SQS,
            endpoint=queue.queue_arn,
            raw_message_delivery=True,
            dead_letter_queue=queues.undelivered,
        )
        destination = self._set.add_event_destination(
            "ToTopic", destination=ses.EventDestination.sns_topic(topic), events=_FEEDBACK
        )
        destination.node.add_dependency(topic)  # with its policy: SES publishes once to see whether it may

    def _identity(self, domain: str) -> None:
        identity = ses.EmailIdentity(
            self,
            "Identity",
            identity=ses.Identity.domain(domain),
            mail_from_domain=f"bounce.{domain}",
        )
        for number, record in enumerate(identity.dkim_records, start=1):
            CfnOutput(self, f"Dkim{number}", value=f"{record.name} CNAME {record.value}")
