"""What tools verify that curl and this program do not."""

import ssl
from collections.abc import Callable
from typing import NamedTuple

from tf_helper.doctor.finding import Finding, warning
from tf_helper.doctor.tunnel import NotTrusted
from tf_helper.values.certificate_warnings import certificate_properties

# X509_V_FLAG_CHECK_SS_SIGNATURE, for which ssl has no name.
_CHECK_SELF_SIGNATURE = 0x4000


class _Strictness(NamedTuple):
    """Which tools verify how, and what to do if they refuse a certificate ("" for what its reason says)."""

    tools: str
    set_flags: int
    clear_flags: int
    remedy: str


_STRICTER = (
    _Strictness(
        "Node.js and Python up to 3.12, which need the chain up to its root",
        set_flags=0,
        clear_flags=ssl.VERIFY_X509_PARTIAL_CHAIN,
        remedy="add the CA certificates up to the root to extra_ca_certs_pem",
    ),
    _Strictness(
        "Python 3.13 and newer, which follow RFC 5280 strictly (VERIFY_X509_STRICT)",
        set_flags=ssl.VERIFY_X509_STRICT,
        clear_flags=0,
        remedy="",
    ),
    _Strictness(
        "Claude Code, which verifies the root's own signature, too",
        set_flags=_CHECK_SELF_SIGNATURE,
        clear_flags=0,
        remedy=certificate_properties()["self_signature"]["way_out"],
    ),
)


def refused_by_stricter_tools(
    make_context: Callable[[], ssl.SSLContext], handshake: Callable[[ssl.SSLContext], NotTrusted | None], what: str
) -> Finding | None:
    """Return a warning that some tools refuse a certificate, or None. Raises what the handshake raises."""
    seen, advice = [], []
    for tools, set_flags, clear_flags, remedy in _STRICTER:
        context = make_context()
        context.verify_flags = ssl.VerifyFlags((context.verify_flags | set_flags) & ~clear_flags)
        refused = handshake(context)
        if refused:
            seen.append(f"{what} is refused by {tools}: {refused}")
            advice.append(remedy or refused.problem.hint)
    return warning("\n".join(seen), "\n".join(advice)) if seen else None
