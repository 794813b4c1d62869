"""A deployment that puts the session token into what it serves."""

from __future__ import annotations

import json

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from tests.harness.certificates import Certified, make_certificate
from tests.harness.deployment import TOKEN, Answer, Deployment
from tests.harness.program import fetching, run_in_process
from tests.harness.promises import answered
from tests.harness.spellings import pem

PERCENT_ENCODED = "".join(f"%{ord(character):02x}" for character in TOKEN)


def common_name(text: str, kind: _ASN1Type) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text, _type=kind)])


def points_to(url: str) -> Certified:
    """Return a certificate whose revocation list is at a URL, which is in no name."""
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return make_certificate("proxy CA", extensions=[x509.CRLDistributionPoints([point])])


@pytest.mark.parametrize(
    "certified",
    [
        make_certificate(TOKEN),
        make_certificate(f"user of {TOKEN[:20]}"),
        make_certificate(common_name(TOKEN, _ASN1Type.BMPString)),
        make_certificate(common_name(TOKEN, _ASN1Type.UniversalString)),
        make_certificate("proxy CA", issuer=make_certificate(TOKEN)),
        points_to(f"http://h/{TOKEN}"),
        points_to(f"http://h/{PERCENT_ENCODED}"),
    ],
    ids=["UTF-8", "cut", "UTF-16", "UTF-32", "issuer", "extension", "percent-encoded"],
)
def test_a_certificate_with_the_token_in_it_is_not_used_and_a_warning_says_so(
    certified: Certified, deployment: Deployment, ca: Certified
) -> None:
    deployment.serve(Answer(body=(ca.pem + certified.pem).encode()))
    ran = run_in_process(fetching(deployment.url), env={"CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN})
    result = answered(ran)
    assert result["ca_cert_pem"] == ""
    (warning,) = json.loads(result["warnings"])
    assert "contains the session token" in warning
    for form in (TOKEN[:20], PERCENT_ENCODED[:60]):
        assert form not in json.dumps(result)


def test_a_label_with_the_token_in_it_is_not_shown(deployment: Deployment, ca: Certified) -> None:
    deployment.serve(Answer(body=(ca.pem + pem(b"x", TOKEN)).encode()))
    ran = run_in_process(fetching(deployment.url), env={"CODER_WORKSPACE_OWNER_SESSION_TOKEN": TOKEN})
    (warning,) = json.loads(answered(ran)["warnings"])
    assert "it contains a block of another kind" in warning
    assert TOKEN[:8] not in warning
