"""Who may do what: the whole of it, by hand, so that a change of rights shows in review as a changed line here."""

import re
from pathlib import Path
from typing import Any

import pytest

from functions import wiring
from tests.infra.template import Template, listed, name

FUNCTIONS = [wired.name for wired in wiring.all_functions()]
ROOT = Path(__file__).parents[2]

SES_IDENTITY = "arn:aws:ses:us-east-1:000000000000:identity/shop.example.com"
SES_SET = "arn:aws:ses:us-east-1:000000000000:configuration-set/mailwright"
GIVEN_UP = {"UndeliveredQueue": {"sqs:SendMessage"}}
SET_ASIDE = {"QuarantineBucket/*": {"s3:PutObject"}}
FAILED_RECORDS = {"QuarantineBucket/*": {"s3:PutObject"}, "QuarantineBucket": {"s3:ListBucket"}}
PUT_EVENTS = {"EventsStream": {"kinesis:PutRecords"}}
TOKENS = {"TokensSecret": {"secretsmanager:GetSecretValue"}}
BY_KEY = {"dynamodb:BatchGetItem", "dynamodb:GetItem"}
RECEIVE = {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
READ_STREAM = {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}

MODELS = {"LakeBucket": {"s3:ListBucket"}, "LakeBucket/models/*": {"s3:GetObject"}}

MAY: dict[str, dict[str, set[str]]] = {
    "campaign": {"CustomersTable": {"dynamodb:Scan"}, "SendsQueue": {"sqs:SendMessage"}, **MODELS, **GIVEN_UP},
    "collect": {"IngestSecret": {"secretsmanager:GetSecretValue"}, **PUT_EVENTS, **SET_ASIDE},
    "dispatch": {
        "CustomersTable": {*BY_KEY, "dynamodb:PutItem"},
        "CustomersTable.stream": {f"dynamodb:{verb}" for verb in READ_STREAM},
        "SendsQueue": {"sqs:SendMessage"},
        **PUT_EVENTS,
        **FAILED_RECORDS,
    },
    "feedback": {
        "CustomersTable": {*BY_KEY, "dynamodb:PutItem"},
        "FeedbackQueue": RECEIVE,
        "FirehoseJournal": {"firehose:PutRecordBatch"},
        **PUT_EVENTS,
        **SET_ASIDE,
        **TOKENS,
    },
    "fold": {
        "CustomersTable": {*BY_KEY, "dynamodb:Query", "dynamodb:PutItem"},
        "EventsStream": {f"kinesis:{verb}" for verb in {*READ_STREAM, "DescribeStreamSummary", "ListShards"}},
        **MODELS,
        **FAILED_RECORDS,
    },
    "intake": {**PUT_EVENTS, **SET_ASIDE, **GIVEN_UP},
    "measure": {
        "LakeBucket": {"s3:ListBucket"},
        "LakeBucket/*": {"s3:GetObject"},
        "LakeBucket/metrics/*": {"s3:PutObject"},
        **GIVEN_UP,
    },
    "preferences": {"CustomersTable": {*BY_KEY, "dynamodb:PutItem"}, **PUT_EVENTS, **TOKENS},
    "recompute": {
        "CustomersTable": {"dynamodb:Scan"},
        **MODELS,
        "LakeBucket/segments/*": {"s3:GetObject", "s3:PutObject"},
        **PUT_EVENTS,
    },
    "send": {
        "CustomersTable": {*BY_KEY, "dynamodb:PutItem"},
        "SendsQueue": {*RECEIVE, "sqs:SendMessage"},
        "FirehoseJournal": {"firehose:PutRecordBatch"},
        SES_IDENTITY: {"ses:SendEmail", "ses:SendRawEmail"},
        SES_SET: {"ses:SendEmail", "ses:SendRawEmail"},
        **MODELS,
        **SET_ASIDE,
        **TOKENS,
    },
    "train": {
        "CustomersTable": {"dynamodb:Scan"},
        "LakeBucket": {"s3:ListBucket"},
        "LakeBucket/models/*": {"s3:GetObject", "s3:PutObject"},
        **GIVEN_UP,
    },
    "tick": {"CustomersTable/index/due": {"dynamodb:Query"}, **PUT_EVENTS, **GIVEN_UP},
}
SERVICES = {"dynamodb", "kinesis", "s3", "secretsmanager", "sqs"}  # that use our key in a function's name


def _statements(template: Template, function: str) -> list[dict[str, Any]]:
    (policy,) = template.role_of(function).properties["Policies"]
    statements: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return statements


def _resource(value: Any) -> str:
    stream = isinstance(value, dict) and value.get("Fn::GetAtt", ["", ""])[1] == "StreamArn"
    return name(value) + (".stream" if stream else "")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_exactly_this(template: Template, function: str) -> None:
    may: dict[str, set[str]] = {}
    for statement in _statements(template, function):
        for resource in listed(statement["Resource"]):
            may.setdefault(_resource(resource), set()).update(listed(statement["Action"]))
    assert may.pop(f"{function.title()}Logs") == {"logs:CreateLogStream", "logs:PutLogEvents"}
    may.pop("Key", None)
    assert may == MAY[function]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_key_may_be_used_only_through_the_services_it_needs(template: Template, function: str) -> None:
    touched = {
        action.split(":")[0]
        for statement in _statements(template, function)
        for action in listed(statement["Action"])
        if name(listed(statement["Resource"])[0]) != "Key"
    }
    (use,) = [each for each in _statements(template, function) if name(listed(each["Resource"])[0]) == "Key"]
    through = {name(service).split(".")[0] for service in listed(use["Condition"]["StringEquals"]["kms:ViaService"])}
    assert through == touched & SERVICES


def test_no_identity_policy_has_a_wildcard_action_or_resource(template: Template) -> None:
    policies = [
        policy["PolicyDocument"]
        for role in template.all("AWS::IAM::Role")
        for policy in role.properties.get("Policies", [])
    ]
    policies += [policy.properties["PolicyDocument"] for policy in template.all("AWS::IAM::Policy")]
    assert len(policies) > len(FUNCTIONS)
    for statement in (statement for policy in policies for statement in policy["Statement"]):
        assert statement["Effect"] == "Allow"
        assert not [action for action in listed(statement["Action"]) if "*" in action]
        wild = {name(resource) for resource in listed(statement["Resource"]) if "*" in name(resource)}
        wild = {resource for resource in wild if ":execution:mailwright-recompute" not in resource}
        lake = {f"LakeBucket/{folder}*" for folder in ("", "metrics/", "models/", "segments/")}
        assert wild <= lake | {"QuarantineBucket/*"}


def test_no_role_has_a_managed_policy_or_trusts_more_than_one_service(template: Template) -> None:
    for role in template.all("AWS::IAM::Role"):
        assert "ManagedPolicyArns" not in role.properties, role.id
        (trust,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Action"] == "sts:AssumeRole"
        assert set(trust["Principal"]) == {"Service"}, role.id


def test_only_our_domain_may_be_sent_from(template: Template) -> None:
    (mail,) = [each for each in _statements(template, "send") if "ses:SendEmail" in listed(each["Action"])]
    assert mail["Condition"] == {"StringLike": {"ses:FromAddress": "*@shop.example.com"}}


def test_nobody_else_may_send_or_read_secrets_of_others(template: Template) -> None:
    actions = {
        function: {action for statement in _statements(template, function) for action in listed(statement["Action"])}
        for function in FUNCTIONS
    }
    assert [function for function, may in actions.items() if "ses:SendEmail" in may] == ["send"]
    scanning = [function for function, may in actions.items() if "dynamodb:Scan" in may]
    assert scanning == ["campaign", "recompute", "train"]


# What each call of a client in our adapters asks of IAM.
CALLS = {
    "batch_get_item": "dynamodb:BatchGetItem",
    "get_item": "dynamodb:GetItem",
    "put_item": "dynamodb:PutItem",
    "query": "dynamodb:Query",
    "scan": "dynamodb:Scan",
    "put_records": "kinesis:PutRecords",
    "put_record_batch": "firehose:PutRecordBatch",
    "send_message_batch": "sqs:SendMessage",
    "put_object": "s3:PutObject",
    "get_object": "s3:GetObject",
    "get_paginator": "s3:ListBucket",
    "get_secret_value": "secretsmanager:GetSecretValue",
    "send_email": "ses:SendEmail",
}


def test_every_call_an_adapter_makes_is_granted_to_somebody_and_every_grant_is_called() -> None:
    adapters = [
        path
        for room in ("store", "queue", "lake", "mailer")
        for path in (ROOT / "layers/core/python/mailwright" / room).glob("*.py")
    ]
    called = {call for path in adapters for call in re.findall(r"client\.([a-z_]+)\b", path.read_text())}
    assert called - {"get_waiter", "create_table", "update_time_to_live", "meta"} == CALLS.keys()
    granted = {action for may in MAY.values() for actions in may.values() for action in actions}
    pulled = {f"kinesis:{verb}" for verb in {*READ_STREAM, "DescribeStreamSummary", "ListShards"}}
    pulled |= {f"dynamodb:{verb}" for verb in READ_STREAM} | RECEIVE
    assert granted - pulled == {*CALLS.values(), "ses:SendRawEmail"}
