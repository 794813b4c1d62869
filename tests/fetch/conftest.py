from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme

from tests.harness.deployment import TOKEN, Deployment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.certificates import Certified


@pytest.fixture
def tls_ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_deployment(tls_ca: trustme.CA, ca: Certified) -> Iterator[Deployment]:
    with Deployment(token=TOKEN, ca_cert_pem=ca.pem, authority=tls_ca) as running:
        yield running
