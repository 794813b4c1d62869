"""One start of a program: what Terraform pays for each `data "external"`, and what other programs would cost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256

from tests.bench.case import Case, Command, have

if TYPE_CHECKING:
    from pathlib import Path

    import trustme

    from tests.harness.certificates import Certified
    from tests.harness.deployment import Deployment

REFERENCE = "`python -c 'import json, sys'`"
PROGRAM = "`tf-helper`, good query"

HOST = "aiproxy.example.com"
QUERY = {
    "proxy_url": f"https://{HOST}",
    "cert_path": "/home/coder/.certs/ca-cert.pem",
    "access_url": "https://coder.example.com",
    "no_proxy": "registry.example.com,10.0.0.0/8",
}
BAD_QUERY = QUERY | {"proxy_url": f"https://{HOST}:99999", "cert_path": "certs/ca-cert.pem"}

# The way of the external provider's documentation, and one regular expression where tf-helper has its rules.
JQ = r"""
set -euo pipefail
eval "$(jq -r '@sh "proxy_url=\(.proxy_url) cert_path=\(.cert_path)"')"
if ! [[ $proxy_url =~ ^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?$ && $cert_path == /* ]]; then
  echo 'proxy_url or cert_path is wrong' >&2
  exit 1
fi
jq -n --arg proxy_url "$proxy_url" --arg cert_path "$cert_path" '{$proxy_url, $cert_path}'
"""

# The same query as fields without rules.
PYDANTIC = """
import json, sys
from pydantic import BaseModel

class Query(BaseModel):
    proxy_url: str
    cert_path: str
    access_url: str
    no_proxy: str

print(Query.model_validate(json.load(sys.stdin)).model_dump_json())
"""


def programs(program: Path, deployment: Deployment, authority: trustme.CA, ca: Certified) -> list[Case]:
    """Make the cases; the interpreter is the one that `program` is installed for.

    The deployment serves the certificate of `ca`, over TLS with a certificate of `authority`.
    """
    python = str(program.with_name("python"))
    cases = {
        "`python -I -c pass`": Command((python, "-I", "-c", "pass")),
        REFERENCE: Command((python, "-c", "import json, sys")),
        PROGRAM: good_query(program),
        "`tf-helper`, bad query": Command((str(program),), encode(BAD_QUERY), status=1, says="2 problems"),
        "`tf-helper`, `fetch_ca_cert` over TLS on loopback": _fetch(program, deployment, authority, ca),
        "`tf-helper --version`": Command((str(program), "--version"), says="tf-helper"),
        "pydantic, one model without rules": Command((python, "-c", PYDANTIC), encode(QUERY), says=HOST),
    }
    if have("bash", "jq"):
        cases["bash with jq, one regular expression"] = Command(("bash", "-c", JQ), encode(QUERY), says=HOST)
    return [Case(name, command) for name, command in cases.items()]


def good_query(program: Path) -> Command:
    """Make the start that most plans pay for."""
    return Command((str(program),), encode(QUERY), says=f'"proxy_host": "{HOST}"')


def _fetch(program: Path, deployment: Deployment, authority: trustme.CA, ca: Certified) -> Command:
    query = QUERY | {
        "access_url": deployment.url,
        "fetch_ca_cert": "true",
        "extra_ca_certs_pem": authority.cert_pem.bytes().decode(),
    }
    token = {"CODER_WORKSPACE_OWNER_SESSION_TOKEN": deployment.token}
    return Command((str(program),), encode(query), token, says=ca.certificate.fingerprint(SHA256()).hex())


def encode(query: dict[str, str]) -> bytes:
    """Write a query as Terraform does."""
    return json.dumps(query, separators=(",", ":"), sort_keys=True).encode()
