"""A stand-in for the `coder/coder` provider: as much of it as the module, its tests and its examples use.

All values come from the environment that Coder's provisioner gives to Terraform; the defaults are the real provider's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.harness.providers.model import Attribute, DataSource, Provider, RefusedError, Resource, Values

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUIRED = Attribute(required=True)
OPTIONAL = Attribute()
COMPUTED = Attribute(computed=True)
SECRET = Attribute(computed=True, sensitive=True)
OFF = Attribute("bool", default=False)
SELECTORS = Attribute(["list", "string"], required=True)

WORKSPACE = {
    "id": COMPUTED,
    "name": COMPUTED,
    "access_url": COMPUTED,
    "transition": COMPUTED,
    "start_count": Attribute("number", computed=True),
}

OWNER = {
    "id": COMPUTED,
    "name": COMPUTED,
    "session_token": SECRET,
}

SCRIPT_ORDER_RULE = {
    "run": SELECTORS,
    "after": SELECTORS,
    "requires": OPTIONAL,
    "phase": OPTIONAL,
}

AGENT = {
    "id": COMPUTED,
    "arch": REQUIRED,
    "os": REQUIRED,
    "dir": OPTIONAL,
    "env": Attribute(["map", "string"]),
    "token": SECRET,
}

SCRIPT = {
    "id": COMPUTED,
    "agent_id": REQUIRED,
    "display_name": REQUIRED,
    "script": REQUIRED,
    "cron": OPTIONAL,
    "icon": OPTIONAL,
    "log_path": OPTIONAL,
    "run_on_start": OFF,
    "run_on_stop": OFF,
    "start_blocks_login": OFF,
    "timeout": Attribute("number", default=0),
}

APP = {
    "id": COMPUTED,
    "agent_id": REQUIRED,
    "slug": REQUIRED,
    "display_name": OPTIONAL,
    "icon": OPTIONAL,
    "command": OPTIONAL,
    "url": OPTIONAL,
}

ENV = {
    "id": COMPUTED,
    "agent_id": REQUIRED,
    "name": REQUIRED,
    "value": OPTIONAL,
    "merge_strategy": Attribute(default="replace"),
}


def coder(environment: Mapping[str, str]) -> Provider:
    """Make a provider that reads `CODER_*` from the environment that Terraform runs in, anew each time."""

    def get(name: str, default: str = "") -> str:
        return environment.get(f"CODER_{name}") or default

    def workspace(_config: Values) -> Values:
        transition = get("WORKSPACE_TRANSITION", "start")
        return {
            "id": get("WORKSPACE_ID", str(uuid4())),
            "name": get("WORKSPACE_NAME", "default"),
            "access_url": get("AGENT_URL", "https://mydeployment.coder.com"),
            "transition": transition,
            "start_count": int(transition == "start"),
        }

    def owner(_config: Values) -> Values:
        return {
            "id": get("WORKSPACE_OWNER_ID", str(uuid4())),
            "name": get("WORKSPACE_OWNER", "default"),
            "session_token": get("WORKSPACE_OWNER_SESSION_TOKEN"),
        }

    return Provider(
        "coder/coder",
        data_sources={
            "coder_workspace": DataSource(WORKSPACE, workspace),
            "coder_workspace_owner": DataSource(OWNER, owner),
            "coder_script_order": DataSource({"id": COMPUTED}, _script_order, blocks={"rule": SCRIPT_ORDER_RULE}),
        },
        resources={
            "coder_agent": Resource(AGENT, lambda _: _id() | {"token": str(uuid4())}),
            "coder_script": Resource(SCRIPT, _script),
            "coder_app": Resource(APP, lambda _: _id()),
            "coder_env": Resource(ENV, lambda _: _id()),
        },
    )


def _id() -> Values:
    return {"id": str(uuid4())}


def _script(planned: Values) -> Values:
    if not (planned["run_on_start"] or planned["run_on_stop"] or planned["cron"]):
        raise RefusedError('at least one of "run_on_start", "run_on_stop", or "cron" must be set')
    return _id()


def _script_order(config: Values) -> Values:
    # What the selectors mean is Coder's business, when a template is imported; the provider does not look.
    rules = [{**rule, "requires": rule["requires"] or "success"} for rule in config["rule"]]
    for rule in rules:
        for name, allowed in {"requires": ("success", "completion"), "phase": ("start", "stop", None)}.items():
            if rule[name] not in allowed:
                raise RefusedError(f'expected {name} to be one of {allowed}, got "{rule[name]}"')
    return {**_id(), "rule": rules}
