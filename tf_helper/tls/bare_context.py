"""The one place that makes TLS contexts."""

import ssl
from contextlib import suppress


def bare_context() -> ssl.SSLContext:
    """Return a client's context that trusts nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # It leaves an error behind if openssl.cnf has a line that this OpenSSL does not know, such as new groups.
    forget_errors(context)
    return context


def forget_errors(context: ssl.SSLContext) -> None:
    """Forget what OpenSSL has left in its queue of errors, for which the next call would fail, whatever it is given.

    Python before 3.12 has no other way than a call that fails.
    """
    with suppress(ssl.SSLError):
        context.load_verify_locations(cadata=b"\0")
