from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.harness.deployment import TOKEN, Deployment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.harness.certificates import Certified


@pytest.fixture
def tls_ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_deployment(tls_ca: trustme.CA, ca: Certified) -> Iterator[Deployment]:
    with Deployment(token=TOKEN, ca_cert_pem=ca.pem, authority=tls_ca) as running:
        yield running


@pytest.fixture
def stuck() -> Iterator[Callable[[], object]]:
    """Return a function that waits until the test is over."""
    over = threading.Event()
    yield over.wait
    over.set()
