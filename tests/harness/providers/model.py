"""What a stand-in provider is made of: schemas as data, behavior as functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Values = dict[str, Any]


@dataclass(frozen=True)
class Attribute:
    """An argument, or with `computed` a value that the provider finds; `type` is Terraform's JSON form of a type."""

    type: object = "string"
    required: bool = False
    computed: bool = False
    sensitive: bool = False
    default: object = None


@dataclass(frozen=True)
class DataSource:
    attributes: Mapping[str, Attribute]
    read: Callable[[Values], Values]
    """From the configuration to the computed values."""
    blocks: Mapping[str, Mapping[str, Attribute]] = field(default_factory=dict)


@dataclass(frozen=True)
class Resource:
    """A resource whose every argument forces a replacement, as with all of the Coder provider's."""

    attributes: Mapping[str, Attribute]
    create: Callable[[Values], Values]
    """From the planned values to the computed ones."""


@dataclass(frozen=True)
class Provider:
    source: str
    data_sources: Mapping[str, DataSource]
    resources: Mapping[str, Resource] = field(default_factory=dict)


class RefusedError(Exception):
    """An error for Terraform to show, about one attribute if one is named."""

    def __init__(self, summary: str, detail: str = "", attribute: str | None = None) -> None:
        super().__init__(summary)
        self.summary, self.detail, self.attribute = summary, detail, attribute
