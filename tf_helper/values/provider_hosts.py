"""The hosts of the AI providers that AI Gateway Proxy knows."""

from collections.abc import Mapping
from functools import cache


@cache
def provider_hosts() -> Mapping[str, str]:
    """Return the hosts, the most used first, and for each which tools it breaks if it is intercepted, "" for none.

    The proxy intercepts those of the providers that are enabled in the deployment, which may be others as well. The
    gateway behind it serves only some paths, and not all that these tools ask for. The wrapper's --check has the same
    list, so the file lies beside the module; Terraform's path reads it for a query with no_proxy only.
    """
    import json
    from os.path import splitext

    # Not by pathlib, whose import takes longer than the rest.
    with open(f"{splitext(__file__)[0]}.json", encoding="utf-8") as file:  # noqa: PTH122, PTH123
        return {known["host"]: known["broken"] for known in json.load(file)}
