"""Where storefronts send: the HTTP API, or an address of `collect`'s own with a bound of its own."""

from bench import bill
from functions import wiring
from tests.infra.template import Template


def test_collect_has_an_address_and_takes_so_many_requests_at_a_time(template: Template) -> None:
    url = template.one("AWS::Lambda::Url").properties
    assert (url["AuthType"], url["TargetFunctionArn"]["Fn::GetAtt"][0][:7]) == ("NONE", "Collect")
    assert "Cors" not in url  # the function answers the preflight, as it does behind the API
    reserved = {
        each.properties["FunctionName"]: each.properties.get("ReservedConcurrentExecutions")
        for each in template.all("AWS::Lambda::Function")
        if "FunctionName" in each.properties
    }
    assert reserved.pop("mailwright-collect") == 50
    assert set(reserved.values()) == {None}
    assert len(reserved) == len(list(wiring.all_functions())) - 1


def test_who_may_ask_it_may_do_so_by_its_address_only(template: Template) -> None:
    open_to_all = [
        each.properties for each in template.all("AWS::Lambda::Permission") if each.properties["Principal"] == "*"
    ]
    assert open_to_all
    for permission in open_to_all:
        assert permission["FunctionName"]["Fn::GetAtt"][0].startswith("Collect")
        by_address = permission.get("FunctionUrlAuthType") == "NONE" or permission.get("InvokedViaFunctionUrl") is True
        assert by_address, permission


def test_the_bill_counts_the_alarms_there_are(template: Template) -> None:
    assert len(list(template.all("AWS::CloudWatch::Alarm"))) == bill.ALARMS
    assert len(list(template.all("AWS::SecretsManager::Secret"))) == bill.SECRETS


def test_the_api_answers_the_same_routes(template: Template) -> None:
    routes = {each.properties["RouteKey"] for each in template.all("AWS::ApiGatewayV2::Route")}
    assert {"ANY /v1/{call}", "ANY /shopify"} <= routes
