"""Whose a file is, where user IDs are mapped."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tf_helper.doctor import owner

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("uid_map", "foreign"), [("0 0 4294967295", True), ("0 100000 65536", False), ("0 1000 1", False), (None, True)]
)
def test_files_of_unmapped_users_may_be_roots(
    uid_map: str | None, foreign: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    if os.getuid() == 0:
        os.chown(file, 65534, 65534)
    if uid_map:
        (tmp_path / "self").mkdir()
        (tmp_path / "self" / "uid_map").write_text(f"{uid_map}\n")
        (tmp_path / "sys" / "kernel").mkdir(parents=True)
        (tmp_path / "sys" / "kernel" / "overflowuid").write_text(f"{file.stat().st_uid}\n")
    monkeypatch.setattr(owner, "_PROC", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert owner.is_owned_by_another_user(str(file)) == foreign
