"""What tools verify that curl and this program do not."""

import ssl
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tf_helper.doctor.finding import Finding, warning
from tf_helper.doctor.tunnel import NotTrusted
from tf_helper.errors import Problem
from tf_helper.values.certificate_warnings import certificate_properties, refusing_tools


class _Strictness(NamedTuple):
    """Which tools verify how, one of them as the table of properties names it, and what to do if they refuse one.

    The remedy is "" for what the reason says.
    """

    tools: str
    named: str
    set_flags: int
    clear_flags: int
    remedy: str


# OpenSSL's X509_V_FLAG_CHECK_SS_SIGNATURE, for which ssl has no name.
_CHECK_SELF_SIGNATURE = 0x4000

# Each host that is intercepted is examined, so it does not matter which others a CA may not sign for.
_OF_OTHER_HOSTS = "excluded_hosts"

_STRICTER = (
    _Strictness(
        f"{refusing_tools('intermediate')}, which need the chain up to its root",
        "Python up to 3.12",
        set_flags=0,
        clear_flags=ssl.VERIFY_X509_PARTIAL_CHAIN,
        remedy=certificate_properties()["intermediate"]["way_out"],
    ),
    _Strictness(
        "Python 3.13 and newer, which follow RFC 5280 strictly (VERIFY_X509_STRICT)",
        "Python 3.13 and newer",
        set_flags=ssl.VERIFY_X509_STRICT,
        clear_flags=0,
        remedy="",
    ),
)
# For the proxy's CA only: not every OpenSSL verifies the SHA-1 signatures that old public roots have.
_OF_ITSELF = _Strictness(
    f"{refusing_tools('self_signature')}, which verifies the signature of a self-signed CA as well",
    "Claude Code",
    set_flags=_CHECK_SELF_SIGNATURE,
    clear_flags=0,
    remedy=certificate_properties()["self_signature"]["way_out"],
)


def refused_by_stricter_tools(
    make_context: Callable[[], ssl.SSLContext],
    handshake: Callable[[ssl.SSLContext], NotTrusted | None],
    what: str,
    properties: Iterable[tuple[str, Problem]] | None = None,
) -> Finding | None:
    """Return a warning that some tools refuse a certificate, or None. Raises what the handshake raises.

    `properties` are what tools refuse in the proxy's CA, if that is what it is about: OpenSSL need not say them again.
    """
    known: set[str] = set()
    seen, advice = [], []
    for name, problem in properties or ():
        if name != _OF_OTHER_HOSTS:
            known.update(certificate_properties()[name]["refused_by"])
            seen.append(problem.message)
            advice.append(problem.hint)
    for tools, named, set_flags, clear_flags, remedy in _STRICTER if properties is None else (*_STRICTER, _OF_ITSELF):
        if named in known:
            continue
        context = make_context()
        context.verify_flags = ssl.VerifyFlags((context.verify_flags | set_flags) & ~clear_flags)
        refused = handshake(context)
        if refused:
            seen.append(f"{what} is refused by {tools}: {refused}")
            advice.append(remedy or refused.problem.hint)
    return warning("\n".join(seen), "\n".join(dict.fromkeys(advice))) if seen else None
