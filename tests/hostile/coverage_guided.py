"""A coverage-guided search for counter-examples, with Atheris: bytes on standard input are mutated towards new code.

python -m tests.hostile.coverage_guided CORPUS [LIBFUZZER OPTION ...]
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tf_helper", "json", "idna", "ipaddress"]):
    import ipaddress  # noqa: F401

    import idna  # noqa: F401 - as the rest, before the program does, so that it can be followed

    from tests.harness.program import run_in_process

from tests.harness.promises import assert_promises_kept
from tests.harness.strategies import certificates, pem

# Where the search begins.
SEEDS = (
    b'{"proxy_url": " HTTPS://AIProxy.Example.com:443/ ", "cert_path": "/home/coder//ca.pem"}',
    b'{"proxy_url": "http://[2001:db8::1]", "access_url": "https://h/coder/", "fetch_ca_cert": false}',
    '{"proxy_url": "https://b\u00fccher.example:08888", "no_proxy": "10.0.0.0/8,.h,[::1]:80,*", "x": 1}'.encode(),
    b'\xef\xbb\xbf{"proxy_url": "https://u:p@h:0/x?y#z", "cert_path": "ca.pem", "agent_id": "a b", "no_proxy": "::1"}',
    b'{"proxy_url": "https://xn--bcher-kva.\xd7\x90", "proxy_url": [1e999, {"a": NaN}], "cert_path": "\\ud800"} x',
)


def check(data: bytes) -> None:
    """Raise unless the program keeps its promises for `data`."""
    assert_promises_kept(run_in_process(data))


def main() -> None:
    """Write the seeds into the corpus and search on from there."""
    corpus = Path(sys.argv[1])
    for number, seed in enumerate(SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)
    for number, der in enumerate(certificates()):
        text = pem(der).replace("\n", "\\n")
        (corpus / f"pem-{number}").write_text(f'{{"proxy_url": "https://h", "ca_cert_pem": "{text}"}}')
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
