"""The AI tools and SDKs that the product is for: the tests run them, and docs/tested-tools.md shows them."""

from __future__ import annotations

from tests.ai_tools.catalog.clients import ADVISED_CLIENTS
from tests.ai_tools.catalog.javascript import JAVASCRIPT_TOOLS
from tests.ai_tools.catalog.more import MORE_TOOLS
from tests.ai_tools.catalog.programs import PROGRAMS
from tests.ai_tools.catalog.python import PYTHON_TOOLS
from tests.ai_tools.catalog.telemetry import TELEMETRY_TOOLS

TOOLS = (*PROGRAMS, *PYTHON_TOOLS, *JAVASCRIPT_TOOLS, *TELEMETRY_TOOLS, *ADVISED_CLIENTS)
ALL_TOOLS = (*TOOLS, *MORE_TOOLS)
