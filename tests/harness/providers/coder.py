"""A stand-in for the `coder/coder` provider: the workspace, its owner, and what hangs on an agent.

All values come from the environment that Coder's provisioner gives to Terraform; the defaults are the real provider's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from tests.harness.providers.model import Attribute, DataSource, Provider, RefusedError, Resource, Values

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUIRED = Attribute(required=True)
OPTIONAL = Attribute()
COMPUTED = Attribute(computed=True)
SECRET = Attribute(computed=True, sensitive=True)
NUMBER = Attribute("number", computed=True)
FLAG = Attribute("bool", computed=True)
OFF = Attribute("bool", default=False)

WORKSPACE = {
    "id": COMPUTED,
    "name": COMPUTED,
    "access_url": COMPUTED,
    "access_port": NUMBER,
    "transition": COMPUTED,
    "start_count": NUMBER,
    "is_prebuild": FLAG,
    "is_prebuild_claim": FLAG,
    "prebuild_count": NUMBER,
    "template_id": COMPUTED,
    "template_name": COMPUTED,
    "template_version": COMPUTED,
}

OWNER = {
    "id": COMPUTED,
    "name": COMPUTED,
    "full_name": COMPUTED,
    "email": COMPUTED,
    "groups": Attribute(["list", "string"], computed=True),
    "login_type": COMPUTED,
    "session_token": SECRET,
    "oidc_access_token": SECRET,
    "ssh_public_key": COMPUTED,
    "ssh_private_key": SECRET,
}

SELECTORS = Attribute(["list", "string"], required=True)

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
    "api_key_scope": Attribute(default="all"),
    "auth": Attribute(default="token"),
    "connection_timeout": Attribute("number", default=120),
    "dir": OPTIONAL,
    "env": Attribute(["map", "string"]),
    "motd_file": OPTIONAL,
    "order": Attribute("number"),
    "shutdown_script": OPTIONAL,
    "startup_script": OPTIONAL,
    "startup_script_behavior": Attribute(default="non-blocking"),
    "troubleshooting_url": OPTIONAL,
    "init_script": COMPUTED,
    "token": SECRET,
}

AGENT_METADATA = {
    "key": REQUIRED,
    "script": REQUIRED,
    "interval": Attribute("number", required=True),
    "display_name": OPTIONAL,
    "order": Attribute("number"),
    "timeout": Attribute("number"),
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

ENV = {
    "id": COMPUTED,
    "agent_id": REQUIRED,
    "name": REQUIRED,
    "value": OPTIONAL,
    "merge_strategy": Attribute(default="replace"),
}


def coder(environment: Mapping[str, str]) -> Provider:
    """Make a provider that reads `CODER_*` from the environment that Terraform runs in, anew each time."""
    deployment = _Deployment(environment)
    return Provider(
        "coder/coder",
        data_sources={
            "coder_workspace": DataSource(WORKSPACE, deployment.workspace),
            "coder_workspace_owner": DataSource(OWNER, deployment.owner),
            "coder_script_order": DataSource({"id": COMPUTED}, _script_order, blocks={"rule": SCRIPT_ORDER_RULE}),
        },
        resources={
            "coder_agent": Resource(
                AGENT,
                create=lambda agent: _with_id(agent) | deployment.credentials(agent),
                refresh=deployment.credentials,
                blocks={"metadata": AGENT_METADATA},
            ),
            "coder_script": Resource(SCRIPT, create=_script),
            "coder_env": Resource(ENV, create=_with_id),
        },
        settings={"url": OPTIONAL},
        configure=deployment.configure,
    )


def _with_id(_planned: Values) -> Values:
    return {"id": str(uuid4())}


def _script(planned: Values) -> Values:
    if not (planned["run_on_start"] or planned["run_on_stop"] or planned["cron"]):
        raise RefusedError('at least one of "run_on_start", "run_on_stop", or "cron" must be set')
    return _with_id(planned)


def _script_order(config: Values) -> Values:
    # What the selectors mean is Coder's business, when a template is imported; the provider does not look.
    if not config["rule"]:
        raise RefusedError("Insufficient rule blocks", 'At least 1 "rule" blocks are required.')
    rules = [{**rule, "requires": rule["requires"] or "success"} for rule in config["rule"]]
    for rule in rules:
        for name, allowed in {"requires": ("success", "completion"), "phase": ("start", "stop", None)}.items():
            if rule[name] not in allowed:
                raise RefusedError(f'expected {name} to be one of {allowed}, got "{rule[name]}"')
    return {**_with_id(config), "rule": rules}


class _Deployment:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._url = ""

    def _get(self, name: str, default: str = "") -> str:
        return self._environment.get(name) or default

    def configure(self, settings: Values) -> None:
        url = settings["url"]
        self._url = self._get("CODER_AGENT_URL", "https://mydeployment.coder.com") if url is None else url
        if not self._url:
            raise RefusedError('CODER_AGENT_URL must not be empty; got ""')

    def workspace(self, _config: Values) -> Values:
        transition = self._get("CODER_WORKSPACE_TRANSITION", "start")
        is_prebuild = self._get("CODER_WORKSPACE_IS_PREBUILD") == "true"
        url = urlsplit(self._url)
        return {
            "id": self._get("CODER_WORKSPACE_ID", str(uuid4())),
            "name": self._get("CODER_WORKSPACE_NAME", "default"),
            "access_url": self._url,
            "access_port": url.port or (443 if url.scheme == "https" else 80),
            "transition": transition,
            "start_count": int(transition == "start"),
            "is_prebuild": is_prebuild,
            "is_prebuild_claim": self._get("CODER_WORKSPACE_IS_PREBUILD_CLAIM") == "true",
            "prebuild_count": int(is_prebuild),
            "template_id": self._get("CODER_WORKSPACE_TEMPLATE_ID"),
            "template_name": self._get("CODER_WORKSPACE_TEMPLATE_NAME"),
            "template_version": self._get("CODER_WORKSPACE_TEMPLATE_VERSION"),
        }

    def owner(self, _config: Values) -> Values:
        return {
            "id": self._get("CODER_WORKSPACE_OWNER_ID", str(uuid4())),
            "name": self._get("CODER_WORKSPACE_OWNER", "default"),
            "full_name": self._get("CODER_WORKSPACE_OWNER_NAME", "default"),
            "email": self._get("CODER_WORKSPACE_OWNER_EMAIL", "default@example.com"),
            "groups": json.loads(self._get("CODER_WORKSPACE_OWNER_GROUPS", "[]")),
            "login_type": self._get("CODER_WORKSPACE_OWNER_LOGIN_TYPE") or None,
            "session_token": self._get("CODER_WORKSPACE_OWNER_SESSION_TOKEN"),
            "oidc_access_token": self._get("CODER_WORKSPACE_OWNER_OIDC_ACCESS_TOKEN"),
            "ssh_public_key": self._get("CODER_WORKSPACE_OWNER_SSH_PUBLIC_KEY"),
            "ssh_private_key": self._get("CODER_WORKSPACE_OWNER_SSH_PRIVATE_KEY"),
        }

    def credentials(self, agent: Values) -> Values:
        """Make what an agent logs in with; the real provider too makes a new token at every refresh."""
        script = self._get(f"CODER_AGENT_SCRIPT_{agent['os']}_{agent['arch']}")
        url = urlsplit(self._url)._replace(path="/", query="", fragment="").geturl()
        return {
            "init_script": script.replace("${ACCESS_URL}", url).replace("${AUTH_TYPE}", agent["auth"]),
            "token": str(uuid4()),
        }
