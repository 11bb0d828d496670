"""The synth itself: what it needs, what it refuses, and that it says the same twice."""

import json
from pathlib import Path

import pytest

from infra.config import Config, ConfigInvalid, cdk_json, config
from infra.logs import retention
from tests.infra.conftest import synthesize
from tests.infra.template import Template

ENVIRONMENTS = cdk_json()["environments"]


def test_an_environment_that_is_not_in_the_file_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigInvalid, match="no environment 'prod'; it has production, staging"):
        config(ENVIRONMENTS, "prod", {})


def test_a_setting_that_is_not_known_is_refused() -> None:
    with pytest.raises(ConfigInvalid, match="'windw' is not a setting"):
        config({"x": {**ENVIRONMENTS["staging"], "windw": 1}}, "x", {})


def test_a_setting_that_is_missing_is_named() -> None:
    settings = {key: value for key, value in ENVIRONMENTS["staging"].items() if key != "sender_domain"}
    with pytest.raises(ConfigInvalid, match="'sender_domain' is missing"):
        config({"x": settings}, "x", {})


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("window", "soon"), ("window", "301"), ("retain_data", "perhaps"), ("shards", "0"), ("account", "12"),
        ("collectors", "901"), ("sender_domain", "hello@shop.example.com"),
        ("public_url", "https://shop.example.com/"), ("stack", "my stack"),
        ("shopify_bus", "shopify"),
    ],
)  # fmt: skip
def test_a_setting_with_a_wrong_value_is_refused_by_its_name(setting: str, value: str) -> None:
    with pytest.raises(ConfigInvalid, match=setting):
        config(ENVIRONMENTS, "staging", {setting: value})


def test_days_that_cloudwatch_does_not_keep_are_refused_with_those_it_does() -> None:
    with pytest.raises(ConfigInvalid, match="expected one of 1, 3, 7"):
        retention(31)


def test_a_value_from_the_command_line_becomes_what_the_setting_is() -> None:
    made = config(ENVIRONMENTS, "staging", {"window": "1", "retain_data": "true"})
    assert isinstance(made, Config)
    assert (made.window, made.retain_data) == (1, True)


def test_every_environment_of_the_file_is_valid() -> None:
    assert [config(ENVIRONMENTS, name, {}).stack for name in ENVIRONMENTS] == ["mailwright", "mailwright-staging"]


def test_the_stack_leaves_room(template: Template) -> None:
    assert len(template.resources) < 250  # CloudFormation takes 500


def test_the_only_parameter_is_the_bootstrap_version(template: Template) -> None:
    assert set(template.body["Parameters"]) == {"BootstrapVersion"}


def test_nag_has_no_finding_and_every_acknowledgement_a_reason(assembly: Path) -> None:
    report = json.loads((assembly / "validation-report.json").read_text())
    names = {plugin["pluginName"] for plugin in report["pluginReports"]}
    assert "AwsSolutions" in names
    for plugin in report["pluginReports"]:
        assert plugin["conclusion"] == "success", plugin["pluginName"]
        assert plugin["violations"] == []
        assert all(len(finding["reason"]) > 30 for finding in plugin["suppressedViolations"])


# 400 MB of layers are not copied beside a template when it is the template that is looked at.
UNCOPIED = {"CDK_CONTEXT_JSON": '{"aws:cdk:disable-asset-staging": true}'}


@pytest.mark.slow
def test_two_synths_say_the_same(assembly: Path, tmp_path: Path) -> None:
    result = synthesize(tmp_path / "again", PYTHONHASHSEED="7", TZ="Asia/Tokyo", LC_ALL="C", **UNCOPIED)
    assert result.returncode == 0, result.stderr
    template = "mailwright.template.json"
    assert (tmp_path / "again" / template).read_bytes() == (assembly / template).read_bytes()
    assert _uploads(tmp_path / "again") == _uploads(assembly)


def _uploads(assembly: Path) -> dict[str, object]:
    """Where each asset goes, by the hash of what is in it."""
    files = json.loads((assembly / "mailwright.assets.json").read_text())["files"]
    return {name: asset["destinations"] for name, asset in files.items()}


@pytest.mark.slow
def test_staging_keeps_nothing_and_names_its_own_things(tmp_path: Path) -> None:
    result = synthesize(tmp_path, "-c", "environment=staging", "-c", "window=1", **UNCOPIED)
    assert result.returncode == 0, result.stderr
    body = json.loads((tmp_path / "mailwright-staging.template.json").read_text())
    template = Template(body)
    assert not list(template.all("AWS::Lambda::Url"))  # staging has no collectors: storefronts send to the API
    kept = [each.id for each in template.resources.values() if each.body.get("DeletionPolicy") == "Retain"]
    assert len(kept) == 2  # the key, and the secret that old unsubscribe links need
    windows = [
        each.properties.get("MaximumBatchingWindowInSeconds")
        for each in template.all("AWS::Lambda::EventSourceMapping")
    ]
    assert 1 in windows
