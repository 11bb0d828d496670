"""A synthesized template as the tests ask it: resources by type, and references by the name of what they point at."""

import re
from typing import Any, NamedTuple


class Resource(NamedTuple):
    id: str
    type: str
    properties: dict[str, Any]
    body: dict[str, Any]


class Template:
    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        self.resources = {
            name: Resource(name, resource["Type"], resource.get("Properties", {}), resource)
            for name, resource in body["Resources"].items()
        }

    def all(self, kind: str) -> list[Resource]:
        return [resource for resource in self.resources.values() if resource.type == kind]

    def one(self, kind: str, prefix: str = "") -> Resource:
        """The resource of this type whose logical id is `prefix` and CDK's eight hex digits."""
        found = [each for each in self.all(kind) if not prefix or plain(each.id) == prefix]
        assert len(found) == 1, f"{kind} {prefix}: found {[each.id for each in found]}"
        return found[0]

    def function(self, name: str) -> Resource:
        return self.one("AWS::Lambda::Function", name.title())

    def role_of(self, function: str) -> Resource:
        return self.one("AWS::IAM::Role", f"{function.title()}Role")


def plain(logical_id: str) -> str:
    """A logical id without the hash CDK ends it with."""
    return re.sub(r"[0-9A-F]{8}$", "", logical_id)


def name(value: Any) -> str:
    """What an ARN or reference points at, readable: `CustomersTable`, `LakeBucket/metrics/*`, `arn:aws:ses:...`."""
    match value:
        case str():
            return value
        case {"Ref": target} | {"Fn::GetAtt": [target, _]}:
            return plain(target)
        case {"Fn::Join": ["", parts]}:
            return "".join(map(name, parts))
    raise AssertionError(f"an unexpected reference: {value}")


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
