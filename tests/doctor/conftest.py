from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.doctor.patient import OTHER, PROXY_HOST, Patient
from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import TOKEN, Deployment
from tests.harness.gateway import Gateway
from tests.harness.proxy import Proxy
from tests.sandbox import BLOCKED
from tf_helper.doctor.checks import files
from tf_helper.tls import context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.origin import Origin


@pytest.fixture(scope="session")
def company() -> Certified:
    """A CA that the system does not trust."""
    return make_certificate("Company Root")


@pytest.fixture
def patient(
    tmp_path: Path,
    origin: Origin,
    ca: Certified,
    company: Certified,
    system_roots: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Patient]:
    """Make a workspace in which all is well; a made-up public CA is in the place of the system's roots."""
    for module in (context, files):
        monkeypatch.setattr(module, "SYSTEM_TRUST_FILES", (str(system_roots),))
    monkeypatch.setattr(context, "SYSTEM_TRUST_DIRECTORIES", ())
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *others, **named: look_up("127.0.0.1" if host == PROXY_HOST else host, *others, **named),
    )
    with ExitStack() as running:
        deployment = running.enter_context(Deployment(token=TOKEN, ca_cert_pem=ca.pem))
        gateway = running.enter_context(Gateway(token=TOKEN))
        hosts = {OTHER: origin.port}
        proxy = running.enter_context(Proxy(gateway=gateway.url, hosts=hosts, private={BLOCKED}, ca=ca))
        settings = {
            "proxy_url": f"http://{PROXY_HOST}:{proxy.port}",
            "access_url": deployment.url,
            "cert_path": str(tmp_path / "ca.pem"),
        }
        patient = Patient(
            origin=origin,
            roots_pem=system_roots.read_text(),
            company=company,
            ca=ca,
            deployment=deployment,
            gateway=gateway,
            proxy=proxy,
            directory=tmp_path,
            settings=settings,
            running=running,
            capsys=capsys,
            monkeypatch=monkeypatch,
        )
        patient.save()
        yield patient
