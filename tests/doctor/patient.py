"""A workspace in which all is well, until a test changes something, and what doctor says of it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.harness.certificates import SERVER_AUTH, Certified, make_certificate, server_context
from tests.harness.deployment import TOKEN, Answer, Deployment
from tests.harness.program import options
from tests.harness.proxy import Proxy
from tests.harness.raw_server import RawServer, Talk
from tests.sandbox import BLOCKED, NAMES
from tf_helper import cli
from tf_helper.commands.exec import tool_env
from tf_helper.doctor import tunnel
from tf_helper.doctor.steps import STEPS
from tf_helper.query import parse_query

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack
    from pathlib import Path

    import pytest

    from tests.harness.gateway import Gateway
    from tests.harness.origin import Origin

PROVIDER, OTHER = NAMES["intercepted"], NAMES["tunnelled"]

# A loopback address as proxy_url would be a warning of its own, so this name has one, in the process of the tests.
PROXY_HOST = "aiproxy.example.com"


@dataclass
class Report:
    """What `tf-helper doctor --json` said."""

    status: int
    steps: dict[str, dict[str, Any]]

    def of(self, status: str) -> list[str]:
        """The names of the steps of that status, in order."""
        return [name for name, step in self.steps.items() if step["status"] == status]

    def text(self, name: str) -> str:
        """What a step has seen and advises."""
        step = self.steps[name]
        return f"{step['seen']} -> {step['advice']}"


@dataclass
class Patient:
    """Deployment, gateway and proxy of a workspace, its files, its settings and its environment."""

    origin: Origin
    roots_pem: str
    company: Certified
    """A CA of the company's that the system does not trust."""
    ca: Certified
    """The proxy's."""
    deployment: Deployment
    gateway: Gateway
    proxy: Proxy
    listener: Certified = field(init=False)
    """What its listener has, if that speaks TLS."""
    directory: Path
    settings: dict[str, str]
    running: ExitStack
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    hosts: dict[str, str] = field(default_factory=lambda: {"tunnelled_host": OTHER})
    impatient: bool = False
    environment: dict[str, str] = field(default_factory=lambda: {"CODER_SESSION_TOKEN": TOKEN})

    @property
    def certificate(self) -> Path:
        """The file at cert_path."""
        return self.directory / "ca.pem"

    @property
    def bundle(self) -> Path:
        """The bundle beside it."""
        return self.directory / "ca.bundle.pem"

    @property
    def other_file(self) -> Path:
        """An unrelated file."""
        file = self.directory / "other.pem"
        file.touch()
        return file

    @property
    def proxy_address(self) -> str:
        """Host and port of the proxy."""
        return self.settings["proxy_url"].partition("//")[2]

    def save(self, *extra: str) -> None:
        """Save what the startup script would, with these extra_ca_certs_pem."""
        saved = self.ca.pem + "".join(extra)
        self.certificate.write_text(saved)
        self.bundle.write_text(self.roots_pem + saved)
        self.settings["extra_ca_certs_pem"] = "".join(extra)

    def replace_ca(self, ca: Certified, **others: Any) -> None:  # noqa: ANN401
        """Have proxy, deployment and files use another CA; `others` are the proxy's."""
        self.ca = ca
        self.replace_proxy(**others)
        self.deployment.serve(Answer(body=ca.pem.encode()))
        self.save()

    def replace_proxy(self, **changed: Any) -> None:  # noqa: ANN401
        """Run another proxy instead, which differs in some ways."""
        usual = {"gateway": self.gateway.url, "hosts": {OTHER: self.origin.port}, "private": {BLOCKED}, "ca": self.ca}
        self.proxy = self.running.enter_context(Proxy(**{**usual, **changed}))
        self.settings["proxy_url"] = f"{'https' if 'listener' in changed else 'http'}://{PROXY_HOST}:{self.proxy.port}"

    def listen_with(self, certificate: Certified) -> None:
        """Have the proxy's listener speak TLS with this certificate."""
        self.listener = certificate
        self.replace_proxy(listener=server_context(certificate))

    def listener_certificate(self, **changed: Any) -> Certified:  # noqa: ANN401
        """Make a certificate for the listener, signed by the company."""
        usual = {"issuer": self.company, "ca": False, "hosts": [PROXY_HOST], "extensions": [SERVER_AUTH]}
        return make_certificate("listener", **{**usual, **changed})

    def intercept_with(
        self,
        ca: Certified,
        *chain: Certified,
        leaf: Certified | None = None,
        **changed: Any,  # noqa: ANN401
    ) -> None:
        """Have the proxy, whose CA `ca` is, show a certificate for the provider that the first of the chain signed."""
        usual = {"issuer": (*chain, ca)[0], "ca": False, "hosts": [PROVIDER], "extensions": [SERVER_AUTH]}
        leaf = leaf or make_certificate("leaf", **{**usual, **changed})
        self.replace_ca(ca, certificates={PROVIDER: server_context(leaf, *chain, ca)})

    def be_impatient(self) -> None:
        """Do not wait long where there will be no answer."""
        self.impatient = True
        for name in ("OPERATION_SECONDS", "ANSWER_SECONDS"):
            self.monkeypatch.setattr(tunnel, name, 0.5)

    def put_in_place_of_proxy(
        self, something: Talk | str, *, scheme: str = "http", reads_requests: bool = True
    ) -> None:
        """Have something else listen where the proxy should, or be at that URL."""
        if isinstance(something, str):
            url = something
        else:
            url = self.running.enter_context(RawServer(something, reads_requests=reads_requests)).url
        self.settings["proxy_url"] = f"{scheme}://{PROXY_HOST}:{url.rpartition(':')[2]}"

    def become_tool(self, **changed: str) -> None:
        """Give the process the environment of a tool, with these variables changed."""
        self.environment = {**tool_env(parse_query(list(self.settings.items())), TOKEN), **changed}

    def write_files(self, files: Mapping[str, str]) -> None:
        """Write files of tools in the home directory, with the proxy's address for %PROXY%."""
        for name, text in files.items():
            file = self.directory / "home" / name.removeprefix("~/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("%PROXY%", self.proxy_address))

    def command(self) -> list[str]:
        """Return the command line, apart from the program."""
        return ["doctor", *options(self.settings | self.hosts)]

    def name_the_proxy(self) -> None:
        """Have proxy_url name the proxy again."""
        self.settings["proxy_url"] = f"http://{PROXY_HOST}:{self.proxy.port}"

    def run(self, *more: str) -> tuple[int, str]:
        """Run doctor; return its exit status and what it printed, after a look for the token."""
        for name in set(os.environ) - {"PATH", "HOME", "PYTEST_CURRENT_TEST", "TMPDIR"}:
            self.monkeypatch.delenv(name)
        for name, value in self.environment.items():
            self.monkeypatch.setenv(name, value)
        status = cli.main([*self.command(), *more])
        out, err = self.capsys.readouterr()
        assert TOKEN not in out + err
        assert out.isascii()
        assert err == ""
        return status, out

    def examine(self, *more: str, until: str = "") -> Report:
        """Run doctor with --json, and only its steps up to the one of that name."""
        if until:
            names = [step.name for step in STEPS]
            self.monkeypatch.setattr("tf_helper.doctor.runner.STEPS", STEPS[: names.index(until) + 1])
        status, out = self.run("--json", *more)
        text = json.loads(out)
        assert text["ok"] == (status == 0)
        return Report(status, {step.pop("name"): step for step in text["steps"]})
