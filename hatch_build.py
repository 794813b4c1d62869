"""The description on PyPI: the README, with links that work away from the repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE_IMAGE = re.compile(r"(!\[[^]]*\]\()(?!\w+:)")
RELATIVE_LINK = re.compile(r"\]\((?!\w+:|#)")


class Description(MetadataHookInterface):
    """Makes the README's relative links lead to the repository that pyproject.toml names in [project.urls]."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the description."""
        repository = metadata["urls"]["Source"]
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": RELATIVE_LINK.sub(
                f"]({repository}/blob/HEAD/", RELATIVE_IMAGE.sub(rf"\1{repository}/raw/HEAD/", text)
            ),
        }
