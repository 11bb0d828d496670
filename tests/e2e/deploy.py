"""What `cdk deploy` does, on the local cloud: bootstrap, upload the assets, create the stack, wait."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from tests.e2e.differences import fitted, host_wheels
from tests.e2e.engine import Engine, wait


def deploy(engine: Engine, assembly: Path, stack: str) -> dict[str, str]:
    """Create the stack and give its outputs."""
    template = json.loads((assembly / f"{stack}.template.json").read_text())
    assets = json.loads((assembly / f"{stack}.assets.json").read_text())["files"]
    wheels = {_asset(template, f"{layer.title()}Layer"): layer for layer in ("runtime", "polars")}
    _bootstrap(engine, assembly, assets, wheels)
    content = assembly / f"asset.{Path(_asset(template, 'ContentLayer')).stem}" / "content.json"
    body = json.dumps(fitted(template, content))
    formation = engine.client("cloudformation")
    bucket = _bucket(assets)
    engine.client("s3").put_object(Bucket=bucket, Key="template.json", Body=body.encode())
    formation.create_stack(
        StackName=stack,
        TemplateURL=f"{engine.url}/{bucket}/template.json",
        Capabilities=["CAPABILITY_IAM"],
    )
    state = wait("the stack", lambda: _finished(formation, stack), 120)
    if state["StackStatus"] != "CREATE_COMPLETE":
        raise AssertionError(f"{state['StackStatus']}: {state.get('StackStatusReason')}\n{_failures(formation, stack)}")
    return {output["OutputKey"]: output["OutputValue"] for output in state["Outputs"]}


def _bootstrap(engine: Engine, assembly: Path, assets: dict[str, Any], wheels: dict[str, str]) -> None:
    engine.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="28", Type="String")
    s3 = engine.client("s3")
    s3.create_bucket(Bucket=_bucket(assets))
    for asset in assets.values():
        if asset["source"]["packaging"] != "zip":
            continue  # the template itself
        (destination,) = asset["destinations"].values()
        folder = assembly / asset["source"]["path"]
        if destination["objectKey"] in wheels:
            folder = host_wheels(wheels[destination["objectKey"]])
        s3.put_object(Bucket=destination["bucketName"], Key=destination["objectKey"], Body=_zipped(folder))


def _bucket(assets: dict[str, Any]) -> str:
    (bucket,) = {each["bucketName"] for asset in assets.values() for each in asset["destinations"].values()}
    return str(bucket)


def _asset(template: dict[str, Any], layer: str) -> str:
    (key,) = [
        resource["Properties"]["Content"]["S3Key"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::LayerVersion" and name.startswith(layer)
    ]
    return str(key)


def _zipped(folder: Path) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return body.getvalue()


def _finished(formation: Any, stack: str) -> dict[str, Any] | None:
    (state,) = formation.describe_stacks(StackName=stack)["Stacks"]
    return None if state["StackStatus"].endswith("IN_PROGRESS") else dict(state)


def _failures(formation: Any, stack: str) -> str:
    events = formation.describe_stack_events(StackName=stack)["StackEvents"]
    return "\n".join(
        f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason')}"
        for event in events
        if event["ResourceStatus"].endswith("FAILED")
    )
