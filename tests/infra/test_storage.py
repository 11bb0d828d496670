"""What is kept, how it is locked, and what stays when the stack goes."""

from mailwright.model.run import CLICKS, PARTS, progress_key, run_key
from mailwright.store import tables
from tests.infra.template import Template, listed, name

RETAINED = {
    "CustomersTable",
    "LakeBucket",
    "QuarantineBucket",
    "AccessLogBucket",
    "Key",
    "TokensSecret",
    "IngestSecret",
}


def test_the_table_is_the_one_the_code_knows(template: Template) -> None:
    table = template.one("AWS::DynamoDB::GlobalTable").properties
    wanted = tables.definition("customers")
    assert table["KeySchema"] == wanted["KeySchema"]
    assert _sorted(table["AttributeDefinitions"]) == _sorted(wanted["AttributeDefinitions"])
    assert table["GlobalSecondaryIndexes"] == wanted["GlobalSecondaryIndexes"]
    assert table["BillingMode"] == wanted["BillingMode"]
    assert table["StreamSpecification"] == {"StreamViewType": wanted["StreamSpecification"]["StreamViewType"]}
    assert table["TimeToLiveSpecification"] == {"AttributeName": tables.TTL, "Enabled": True}


def _sorted(definitions: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(definitions, key=lambda one: one["AttributeName"])


def test_the_table_can_be_restored_and_not_be_deleted_by_mistake(template: Template) -> None:
    (replica,) = template.one("AWS::DynamoDB::GlobalTable").properties["Replicas"]
    assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert replica["DeletionProtectionEnabled"] is True


def test_the_data_stays_when_the_stack_goes_and_the_rest_does_not(template: Template) -> None:
    stateful = {
        "AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret",
        "AWS::Kinesis::Stream", "AWS::SQS::Queue", "AWS::Logs::LogGroup",
    }  # fmt: skip
    kept = set()
    for resource in template.resources.values():
        if resource.type in stateful:
            policy = resource.body["DeletionPolicy"]
            assert policy in ("Retain", "Delete"), resource.id
            assert resource.body["UpdateReplacePolicy"] == policy
            if policy == "Retain":
                kept.add(name({"Ref": resource.id}))
    assert kept == RETAINED


def test_one_rotated_key_locks_everything_that_holds_customer_data(template: Template) -> None:
    assert template.one("AWS::KMS::Key").properties["EnableKeyRotation"] is True
    (replica,) = template.one("AWS::DynamoDB::GlobalTable").properties["Replicas"]
    keys = [replica["SSESpecification"]["KMSMasterKeyId"]]
    keys += [each.properties["StreamEncryption"]["KeyId"] for each in template.all("AWS::Kinesis::Stream")]
    keys += [each.properties["KmsMasterKeyId"] for each in template.all("AWS::SQS::Queue")]
    keys += [each.properties["KmsMasterKeyId"] for each in template.all("AWS::SNS::Topic")]
    keys += [each.properties["KmsKeyId"] for each in template.all("AWS::SecretsManager::Secret")]
    for bucket in template.all("AWS::S3::Bucket"):
        (rule,) = bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        if not bucket.id.startswith("AccessLog"):
            assert rule["BucketKeyEnabled"] is True
            keys.append(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"])
    journal = template.one("AWS::KinesisFirehose::DeliveryStream", "FirehoseJournal").properties
    keys.append(journal["DeliveryStreamEncryptionConfigurationInput"]["KeyARN"])
    assert len(keys) == 14
    assert {name(key) for key in keys} == {"Key"}


def test_notes_of_workers_go_after_two_weeks_and_nothing_else_of_the_lake_does(template: Template) -> None:
    assert progress_key("20260101T030000Z", 16, 3).startswith(PARTS)
    assert not run_key("20260101T030000Z").startswith(PARTS)
    expiring = {}
    for bucket in template.all("AWS::S3::Bucket"):
        for rule in bucket.properties["LifecycleConfiguration"]["Rules"]:
            if "ExpirationInDays" in rule:
                assert rule["Status"] == "Enabled"
                expiring[name({"Ref": bucket.id}), rule.get("Prefix")] = rule["ExpirationInDays"]
    assert expiring == {("AccessLogBucket", None): 90, ("LakeBucket", PARTS): 14, ("LakeBucket", CLICKS): 14}


def test_buckets_are_private_and_buckets_queues_and_topics_refuse_what_is_not_tls(template: Template) -> None:
    for bucket in template.all("AWS::S3::Bucket"):
        assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}
    locked = set()
    policies = {"AWS::S3::BucketPolicy": "Bucket", "AWS::SQS::QueuePolicy": "Queues", "AWS::SNS::TopicPolicy": "Topics"}
    for kind, of in policies.items():
        for policy in template.all(kind):
            denied = [each for each in policy.properties["PolicyDocument"]["Statement"] if each["Effect"] == "Deny"]
            if {"Bool": {"aws:SecureTransport": "false"}} in [each["Condition"] for each in denied]:
                locked |= {name(target) for target in listed(policy.properties[of])}
    kinds = {"AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic"}
    assert locked == {name({"Ref": each.id}) for each in template.resources.values() if each.type in kinds}


def test_services_use_the_key_and_the_queues_only_for_this_account(template: Template) -> None:
    statements = template.one("AWS::KMS::Key").properties["KeyPolicy"]["Statement"]
    services = [each for each in statements if "Service" in each["Principal"]]
    assert services
    for statement in services:
        assert "aws:SourceAccount" in statement["Condition"]["StringEquals"]
        assert set(statement["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}


def test_no_secret_value_stands_in_the_template(template: Template) -> None:
    for secret in template.all("AWS::SecretsManager::Secret"):
        assert "SecretString" not in secret.properties
        assert secret.properties["GenerateSecretString"]["PasswordLength"] >= 32
