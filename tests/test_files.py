"""Files are written as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graddiff import GraddiffError
from graddiff.system.files import replace_file, write_text_or_nothing
from running import need_linux, output


def test_text_replaces_a_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text_or_nothing(str(path), "one\n")
    write_text_or_nothing(str(path), "α\n")
    assert path.read_bytes() == "α\n".encode()
    assert os.listdir(tmp_path) == ["a.txt"]


def test_file_stays_as_it_was_if_writing_it_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before\n")
    with pytest.raises(ZeroDivisionError), replace_file(str(path)) as scratch:
        Path(scratch).write_text("a part of wh")
        raise ZeroDivisionError
    assert path.read_text() == "before\n"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_link_leads_to_the_new_file(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "real" / "a.txt")
    write_text_or_nothing(str(link), "one\n")
    assert link.is_symlink()
    assert (tmp_path / "real" / "a.txt").read_text() == "one\n"


def test_permissions_of_a_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.touch()
    path.chmod(0o640)
    output("x^2", "--at", "x=3", "--json", "--output", str(path))
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.read_text().startswith("{")


def test_devices_are_written_in_place(tmp_path: Path) -> None:
    need_linux("/dev/full")
    write_text_or_nothing(os.devnull, "one\n")
    assert Path(os.devnull).is_char_device()
    with pytest.raises(GraddiffError, match="/dev/full cannot be written: no space left on device"):
        write_text_or_nothing("/dev/full", "one\n")


def test_message_names_the_file_as_it_was_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "a.txt"
    with pytest.raises(GraddiffError, match=f"{path} cannot be written: no such file or directory"):
        write_text_or_nothing(str(path), "one\n")
