"""The line that shows how far a long run has come."""

from __future__ import annotations

import io

import pytest

from graddiff.render.terminal.progress import LiveLine, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_texts_take_the_place_of_each_other_and_leave_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    terminal = Terminal()
    line = LiveLine(terminal)
    line.show_text("one")
    line.show_text("a text that is wider than the terminal")
    line.close()
    assert terminal.getvalue() == "\r\x1b[0Kone\r\x1b[0Ka text that is wide\r\x1b[0K"


def test_terminal_that_cannot_move_its_cursor_shows_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal = Terminal()
    line = LiveLine(terminal)
    line.show_text("one")
    line.close()
    assert terminal.getvalue() == ""


def test_nothing_is_due_before_a_run_is_long_or_on_a_pipe() -> None:
    assert LiveLine(Terminal()).get_elapsed_if_due() is None
    assert LiveLine(Terminal(), patience=0).get_elapsed_if_due() is not None
    assert LiveLine(io.StringIO(), patience=0).get_elapsed_if_due() is None


def test_progress_shows_the_share_and_the_time_left_where_the_size_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts: list[str] = []
    for size in (100, None):
        progress = Progress(Terminal(), size)
        monkeypatch.setattr(progress, "get_elapsed_if_due", lambda: 10.0)
        monkeypatch.setattr(progress, "show_text", texts.append)
        progress.show_progress(1000, 25)
    assert texts == ["1,000 rows, 100 a second, 25%, 30 s left", "1,000 rows, 100 a second"]
