"""Each Lambda against its function.toml, and against what its code reaches for."""

import re
from pathlib import Path

import pytest

from functions import wiring
from mailwright import bootstrap
from mailwright.settings import RESOURCES
from tests.infra.template import Template, name

FUNCTIONS = wiring.all_functions()
each_function = pytest.mark.parametrize("wired", FUNCTIONS, ids=lambda wired: wired.name)
ROOT = Path(__file__).parents[2]


@each_function
def test_a_function_is_what_its_toml_says(template: Template, wired: wiring.Function) -> None:
    made = template.function(wired.name).properties
    assert made["MemorySize"] == wired.memory
    assert made["Timeout"] == wired.timeout
    assert made["Handler"] == f"functions.{wired.name}.handler.handler"
    assert made["Runtime"] == "python3.13"
    assert made["Architectures"] == ["arm64"]
    assert [name(layer) for layer in made["Layers"]] == [f"{layer.title()}Layer" for layer in wired.layers]


def test_there_is_no_function_without_a_toml(template: Template) -> None:
    made = {each.properties["FunctionName"] for each in template.all("AWS::Lambda::Function")}
    assert made == {f"mailwright-{wired.name}" for wired in FUNCTIONS}


@each_function
def test_every_variable_of_every_resource_it_uses_is_set(template: Template, wired: wiring.Function) -> None:
    variables = template.function(wired.name).properties["Environment"]["Variables"]
    wanted = {variable for resource in wired.uses for variable in RESOURCES[resource]}
    ours = {key for key in variables if not key.startswith("POWERTOOLS_")}
    assert ours == wanted


@each_function
def test_what_the_handler_reaches_for_is_among_the_settings(template: Template, wired: wiring.Function) -> None:
    handler = (ROOT / f"functions/{wired.name}/handler.py").read_text()
    reached = set(re.findall(r"\b(?:it|app\(\))\.(\w+)", handler))
    variables = set(re.findall(r"""(?:settings\[|secret\()["'](\w+)["']""", handler))
    for attribute in reached & _SETTINGS_OF.keys():
        variables |= _SETTINGS_OF[attribute]
    assert variables <= template.function(wired.name).properties["Environment"]["Variables"].keys()


def _settings_of_the_app() -> dict[str, set[str]]:
    source = Path(bootstrap.__file__).read_text()
    worked_out = r"@(?:cached_property|_afresh)"
    bodies = re.findall(worked_out + r"\n    def (\w+)\(self\)(.*?)(?=\n    @|\n    def |\n\n\n)", source, re.DOTALL)
    found = {attribute: set(re.findall(r'settings\["(\w+)"\]', body)) for attribute, body in bodies}
    return {attribute: settings for attribute, settings in found.items() if not attribute.startswith("_")}


_SETTINGS_OF = _settings_of_the_app()


def test_the_check_above_knows_the_app() -> None:
    assert _SETTINGS_OF["profiles"] == {"CUSTOMERS_TABLE"}
    assert _SETTINGS_OF["content"] == {"CONTENT_FILE"}
    assert _SETTINGS_OF["mailer"] == {"CONFIGURATION_SET"}
    assert all(_SETTINGS_OF.values())


@each_function
def test_logs_go_to_a_group_of_their_own_that_forgets(template: Template, wired: wiring.Function) -> None:
    group = template.one("AWS::Logs::LogGroup", f"{wired.name.title()}Logs")
    assert group.properties["RetentionInDays"] == 30
    logging = template.function(wired.name).properties["LoggingConfig"]
    assert name(logging["LogGroup"]) == f"{wired.name.title()}Logs"
    assert (logging["LogFormat"], logging["SystemLogLevel"]) == ("JSON", "WARN")  # no lines of Lambda's own


@each_function
def test_the_code_asset_holds_the_handler_and_nothing_but_functions(
    template: Template, assembly: Path, wired: wiring.Function
) -> None:
    key = template.function(wired.name).properties["Code"]["S3Key"]
    asset = assembly / f"asset.{key.removesuffix('.zip')}"
    assert [path.name for path in asset.iterdir()] == ["functions"]
    assert (asset / "functions" / wired.name / "handler.py").is_file()
    assert not [path for path in asset.rglob("*") if path.name == "__pycache__" or path.suffix == ".pyc"]


def test_layers_hold_what_imports_need_and_fit(template: Template, assembly: Path) -> None:
    folders = {}
    for layer in template.all("AWS::Lambda::LayerVersion"):
        folders[layer.id.split("Layer")[0]] = assembly / f"asset.{layer.properties['Content']['S3Key'][:-4]}"
    assert (folders["Core"] / "python/mailwright/bootstrap.py").is_file()
    assert (folders["Content"] / "content.json").is_file()
    assert (folders["Runtime"] / "python/aws_lambda_powertools").is_dir()
    compiled = [path.name for path in (folders["Runtime"] / "python").rglob("*.so")]
    assert compiled
    assert all("x86_64" not in file for file in compiled)
    size = {
        name: sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        for name, folder in folders.items()
    }
    for wired in FUNCTIONS:
        # Lambda allows 262 MB with the code; what grows past these was not decided. Polars is most of recompute,
        # scikit-learn of train: no function can carry both.
        most = 245_000_000 if {"polars", "science"} & set(wired.layers) else 100_000_000
        assert sum(size[layer.title()] for layer in wired.layers) < most, wired.name
    for layer, only in (("polars", "recompute"), ("science", "train")):
        assert [wired.name for wired in FUNCTIONS if layer in wired.layers] == [only]
