"""The field's SDKs, unmodified, saying one of everything to a server under test."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NODE_SDK = "@segment/analytics-node@3.1.0"


def python_client(library: Any, url: str, **options: Any) -> Any:
    """The client of either Python SDK (one is a fork of the other), failing loudly."""

    def failed(error: Exception, items: Any) -> None:
        failures.append(error)

    failures: list[Exception] = []
    client = library.Client("local", host=url, on_error=failed, **options)
    client.failures = failures
    return client


def say_everything(client: Any, name: str) -> list[str]:
    """One of each call and a few more tracks; the ids given to them."""
    ids = iter(f"{name}-{number:03d}" for number in range(1000))
    used = []

    def named() -> str:
        used.append(next(ids))
        return used[-1]

    traits = {"email": f"{name}@example.com", "firstName": "Ada", "marketing_consent": "granted"}
    order = {"order_id": f"{name}-1", "total": 14.5, "currency": "GBP",
             "products": [{"product_id": "HP-1003", "name": "Kaarsjes ✨", "price": 14.5, "quantity": 1}]}  # fmt: skip
    client.identify(name, traits, message_id=named())
    client.track(name, "Order Completed", order, message_id=named())
    client.page(name, "Home", "Home", {"path": "/"}, message_id=named())
    client.screen(name, "Home", "Start", message_id=named())
    client.group(name, "trade-17", {"name": "Okafor Interiors"}, message_id=named())
    client.alias(f"anonymous-{name}", name, message_id=named())
    for number in range(150):  # more than one batch
        client.track(name, "Product Viewed", {"product_id": f"HP-{number}", "price": 9.5}, message_id=named())
    client.flush()
    client.join()
    return used


def install_node_sdk(folder: Path) -> None:
    """Fetch the Node SDK into a folder; skip the test where that cannot be done."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not both installed")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), NODE_SDK]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not fetch the Node SDK within two minutes")
    if done.returncode:
        pytest.skip(f"npm cannot fetch {NODE_SDK}: {done.stderr.strip().splitlines()[-1:]}")


_SCRIPT = """
const { Analytics } = require('@segment/analytics-node')
const analytics = new Analytics({ writeKey: 'local', host: process.argv[2], flushAt: 5 })
const failures = []
analytics.on('error', (error) => failures.push(error))
const userId = 'ada', ids = []
const id = () => { ids.push('node-' + String(ids.length).padStart(3, '0')); return ids[ids.length - 1] }
analytics.identify({ userId, traits: { email: 'ada@example.com', firstName: 'Ada' }, messageId: id() })
analytics.track({ userId, event: 'Order Completed', messageId: id(), properties: { order_id: '1', total: 14.5,
  products: [{ product_id: 'HP-1003', name: 'Kaarsjes \\u2728', price: 14.5, quantity: 1 }] } })
analytics.page({ userId, name: 'Home', properties: { path: '/' }, messageId: id() })
analytics.screen({ userId, name: 'Start', messageId: id() })
analytics.group({ userId, groupId: 'trade-17', traits: { name: 'Okafor Interiors' }, messageId: id() })
analytics.alias({ userId, previousId: 'anonymous-ada', messageId: id() })
for (let number = 0; number < 20; number++)
  analytics.track({ userId, event: 'Product Viewed', properties: { product_id: 'HP-' + number }, messageId: id() })
analytics.closeAndFlush({ timeout: 20000 })
  .then(() => console.log(JSON.stringify({ ids, failures: failures.map(String) })))
"""


def say_everything_in_node(folder: Path, url: str) -> list[str]:
    """The same from Node, with the SDK that was installed into `folder`."""
    script = folder / "say.js"
    script.write_text(_SCRIPT)
    done = subprocess.run(["node", str(script), url], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["failures"] == []
    return list(told["ids"])
