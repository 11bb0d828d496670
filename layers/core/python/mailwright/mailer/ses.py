"""SES: one POST an email, and an honest answer to whether it may have gone out.

SendEmail has no idempotency token, so a POST whose reply was lost must not be repeated by the client: the ledger
decides what happens to it. The client therefore makes one attempt; this class refuses any other.
"""

from typing import TYPE_CHECKING

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
)

from mailwright.workflow.ports import Message, Posted

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

# SES will not take this message however often it is posted.
REFUSED = {
    "MessageRejected",
    "BadRequestException",
    "MailFromDomainNotVerifiedException",
    "MailFromDomainNotVerified",
    "AccountSuspendedException",
}
# Never reached SES, or failed before a byte of the message was written.
NEVER_LEFT = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError, NoCredentialsError)


class RepeatingClient(ValueError):
    """The SES client would repeat a POST by itself, and could send an email twice."""


class SesMailer:
    """Implements workflow.ports.Mailer."""

    def __init__(self, client: "SESV2Client", configuration_set: str) -> None:
        attempts = (client.meta.config.retries or {}).get("total_max_attempts")  # type: ignore[attr-defined]
        if attempts != 1:
            raise RepeatingClient("the SES client must be made with retries={'total_max_attempts': 1}")
        self._client = client
        self._configuration_set = configuration_set

    def send(self, message: Message) -> Posted:
        """Exactly one POST."""
        try:
            reply = self._client.send_email(
                FromEmailAddress=message.sender,
                Destination={"ToAddresses": [message.to]},
                Content={"Raw": {"Data": message.raw}},
                EmailTags=[{"Name": name, "Value": value} for name, value in sorted(message.tags.items())],
                ConfigurationSetName=self._configuration_set,
            )
        except ClientError as error:
            return _answered(error)
        except ParamValidationError as error:
            return Posted("refused", reason=type(error).__name__)
        except NEVER_LEFT as error:
            return Posted("throttled", reason=type(error).__name__)
        except BotoCoreError as error:  # read timeout, connection closed, and whatever else leaves doubt
            return Posted("unknown", reason=type(error).__name__)
        return Posted("accepted", message_id=reply["MessageId"])


def _answered(error: ClientError) -> Posted:
    """SES answered with an error. Below 500 the email was certainly not sent; what is not a verdict on the message
    (throttling, quota, sending paused, a missing permission or configuration set) may pass, so it waits.
    """
    code = error.response["Error"]["Code"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if status >= 500:
        return Posted("unknown", reason=code)
    reason = "DailyQuota" if "daily" in error.response["Error"].get("Message", "").lower() else code
    return Posted("refused" if code in REFUSED else "throttled", reason=reason)
