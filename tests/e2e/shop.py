"""A storefront, its customer's mail client, and whoever looks at the table: what the steps do and see."""

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import urllib3

from mailwright.compose.tokens import seal
from mailwright.model.contact import Contact, decode_contact
from mailwright.model.profile import Profile
from mailwright.model.state import decode_profile
from tests.e2e.engine import Engine


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class Shop:
    """The deployed stack, seen from outside. `outputs` are those of the stack."""

    def __init__(self, engine: Engine, outputs: dict[str, str]) -> None:
        self.engine, self.outputs = engine, outputs
        self._host = urlsplit(outputs["ApiUrl"]).netloc
        self._pool = urllib3.PoolManager(ca_certs=str(engine.certificate), retries=False, timeout=30)
        secret = engine.client("secretsmanager").get_secret_value(SecretId=outputs["IngestSecretArn"])
        self.write_key = json.loads(secret["SecretString"])["write_key"]

    def http(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request to the API by its own host name, at the loopback address."""
        return self._request(self._host, method, path, body, headers)

    def _request(self, host: str, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        reply = self._pool.request(
            method,
            self.engine.url + path,
            body=body,
            headers={"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}},
        )
        return Answer(reply.status, reply.data)

    def collect(self, *messages: dict[str, Any], key: str | None = None, to: str = "ApiUrl") -> Answer:
        """POST /v1/batch as a Segment client does, to one of the stack's two addresses."""
        basic = base64.b64encode(f"{self.write_key if key is None else key}:".encode()).decode()
        now = datetime.now(UTC).isoformat()
        batch = [{"timestamp": now, "messageId": f"e2e-{now}-{n}", **each} for n, each in enumerate(messages)]
        body = json.dumps({"batch": batch, "sentAt": now}).encode()
        headers = {"authorization": f"Basic {basic}", "content-type": "application/json"}
        return self._request(urlsplit(self.outputs[to]).netloc, "POST", "/v1/batch", body, headers)

    def profile(self, customer_id: str) -> Profile | None:
        item = self._row(customer_id, "profile")
        return decode_profile(item["state"]["B"]) if item else None

    def contact(self, customer_id: str) -> Contact | None:
        item = self._row(customer_id, "contact")
        return decode_contact(item["state"]["B"]) if item else None

    def _row(self, customer_id: str, row: str) -> dict[str, Any] | None:
        reply = self.engine.client("dynamodb").get_item(
            TableName=self.outputs["CustomersTableName"],
            Key={"customer_id": {"S": customer_id}, "row": {"S": row}},
            ConsistentRead=True,
        )
        return reply.get("Item")

    def emails(self, to: str) -> list[dict[str, Any]]:
        return [email for email in self.engine.emails() if email["To"] == [to]]

    def sealed(self, purpose: str, customer_id: str) -> str:
        """A token as the functions make it, with the key that was made when the stack was."""
        secrets = self.engine.client("secretsmanager")
        (name,) = [each["ARN"] for each in secrets.list_secrets()["SecretList"] if "TokensSecret" in each["Name"]]
        return seal(json.loads(secrets.get_secret_value(SecretId=name)["SecretString"]), purpose, customer_id)

    def feedback(self, event: dict[str, Any]) -> None:
        """What SES would publish to the topic of the configuration set."""
        sns = self.engine.client("sns")
        (topic,) = [each["TopicArn"] for each in sns.list_topics()["Topics"] if "MailFeedback" in each["TopicArn"]]
        sns.publish(TopicArn=topic, Message=json.dumps(event))

    def unsubscribe_path(self, email: dict[str, Any]) -> str:
        """The path of the visible unsubscribe link, which must lead to the deployed API."""
        (link,) = set(re.findall(r"https://[^\s\"'<>]+/u/[A-Za-z0-9_-]+", email["BodyText"]))
        assert urlsplit(link).netloc == self._host, link
        return urlsplit(link).path

    def objects(self, bucket: str, prefix: str = "") -> list[tuple[str, bytes]]:
        """Keys and bodies in a bucket of the stack, by output name."""
        s3, name = self.engine.client("s3"), self.outputs[bucket]
        found = s3.list_objects_v2(Bucket=name, Prefix=prefix).get("Contents", [])
        return [(each["Key"], s3.get_object(Bucket=name, Key=each["Key"])["Body"].read()) for each in found]
