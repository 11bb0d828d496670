"""Log groups: always explicit, always with a retention, gone with the stack."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import Config, ConfigInvalid


def log_group(scope: Construct, id: str, config: Config, name: str) -> logs.LogGroup:  # noqa: A002 - CDK's own word
    """A log group that forgets after the environment's `log_retention_days`."""
    return logs.LogGroup(
        scope,
        id,
        log_group_name=name,
        retention=retention(config.log_retention_days),
        removal_policy=RemovalPolicy.DESTROY,
    )


_RETENTIONS = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


def retention(days: int) -> logs.RetentionDays:
    """CloudWatch takes only certain numbers of days; another one is an error that lists them."""
    try:
        return _RETENTIONS[days]
    except KeyError:
        allowed = ", ".join(map(str, _RETENTIONS))
        raise ConfigInvalid(f"cdk.json: log_retention_days: expected one of {allowed}, found {days}") from None
