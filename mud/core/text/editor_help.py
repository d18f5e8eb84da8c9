"""The line editor's help, and its listing with line numbers. The editor itself is mud.play.editor."""

from __future__ import annotations

HELP = """Write your text line by line. A line that begins with a dot is for the editor:
  .save   keep the text and leave        .quit   leave, and keep what was before
  .show   show the text with numbers     .clear  begin anew
  .del N  delete line N                  .ins N TEXT  insert TEXT before line N
  .set N TEXT  replace line N            ..TEXT  a line that begins with a dot
A line that begins with ! is one command of the game (!look), and then you go on.
!!TEXT is a line that begins with a !."""


def as_lines(text: str) -> tuple[str, ...]:
    """A text as the editor's lines."""
    return tuple(text.split("\n")) if text else ()


def numbered(lines: tuple[str, ...]) -> str:
    """The text with its line numbers."""
    return "\n".join(f"{n:3}: {line}" for n, line in enumerate(lines, 1)) or "The text is empty."
