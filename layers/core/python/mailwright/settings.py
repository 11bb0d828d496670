"""Settings: every environment variable a function may read, by one name on both sides.

infra writes what `environment()` asks for; functions read it back through `Settings`. A variable that is missing is an
error with the name of the line to add, never a default.
"""

import os
from collections.abc import Mapping

# Resource in function.toml's [uses] -> the variables that name it.
RESOURCES: dict[str, tuple[str, ...]] = {
    "customers": ("CUSTOMERS_TABLE",),
    "events": ("EVENTS_STREAM",),
    "sends": ("SENDS_QUEUE_URL",),
    "quarantine": ("QUARANTINE_BUCKET",),
    "lake": ("LAKE_BUCKET",),
    "journal": ("JOURNAL_STREAM",),  # the Firehose that takes send records to the lake
    "mail": ("CONFIGURATION_SET", "PUBLIC_URL"),  # PUBLIC_URL: where `preferences` answers, no trailing slash
    "tokens": ("TOKENS_SECRET",),  # the key unsubscribe tokens and feedback tags are sealed with
    "ingest": ("INGEST_SECRET",),  # write key and Shopify secret
    "content": ("CONTENT_FILE",),
    "clusters": ("CLUSTERS_BUCKET",),  # where the model in use is: the lake's bucket; without it no cluster is known
}


class SettingMissing(RuntimeError):
    """A function asked for a resource that its function.toml does not declare."""


class Settings:
    """What this function may use, read once from its environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def __contains__(self, variable: str) -> bool:
        return variable in self._environment

    @classmethod
    def from_env(cls) -> "Settings":
        return cls(dict(os.environ))

    def __getitem__(self, variable: str) -> str:
        try:
            return self._environment[variable]
        except KeyError:
            resource = next((name for name, names in RESOURCES.items() if variable in names), None)
            raise SettingMissing(
                f"{variable} is not set: add {resource!r} to [uses] in this function's function.toml"
                if resource
                else f"{variable} is not a setting; the known ones are in settings.RESOURCES"
            ) from None


def environment(uses: Mapping[str, object], values: Mapping[str, str]) -> dict[str, str]:
    """The variables a function that uses these resources gets, out of the values of all of them."""
    return {name: values[name] for resource in uses for name in RESOURCES[resource]}
