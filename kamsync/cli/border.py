"""Where errors end: each becomes one line and an exit status, as a person or a script reads it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import click

from kamsync.errors import KamsyncError

__all__ = ["BROKEN_PIPE", "INTERRUPTED", "USAGE", "run"]

USAGE = 64
INTERRUPTED = 130
BROKEN_PIPE = 141
"""What a shell shows of a program that ended because nobody read on."""


def run(
    group: click.Group, args: Sequence[str] | None, program: str, extra: Mapping[str, Any]
) -> int:
    """Run *group* and return the exit status; nothing is raised."""
    given = list(sys.argv[1:] if args is None else args)
    _replace_closed()
    for stream in (sys.stdout, sys.stderr):
        _never_fail(stream)
    if _completes(group, program):
        return 0
    try:
        status = _status_of(group, given, program, extra)
        sys.stdout.flush()
    except BrokenPipeError:
        return _unread()
    except (KeyboardInterrupt, click.Abort):
        text = (
            "interrupted; what was done until then stays, and the same command goes on from there."
        )
        _tell(given, "Interrupted", text, status=INTERRUPTED)
        return INTERRUPTED
    # The last border: what nobody foresaw is told with where to read more, and never as a cascade.
    except Exception as error:  # noqa: BLE001
        return _failed(given, error)
    return status


def _replace_closed() -> None:
    """Let what is written to a stream that was closed before the start go nowhere.

    Its number stays taken, so that no file of ours gets it and is written to by mistake.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it stays open
            setattr(sys, name, nowhere)


def _never_fail(stream: object) -> None:
    """Let a character that a terminal's encoding lacks show as an escape, not as an error."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _failed(args: Sequence[str], error: Exception) -> int:
    """Tell what stopped the command, and return its exit status."""
    if isinstance(error, click.ClickException):
        _tell(args, type(error).__name__, _sentence(error.format_message()), _help(error), USAGE)
        return USAGE
    if isinstance(error, KamsyncError):
        _tell(args, type(error).__name__, error.message, error.hint, error.exit_status)
        return error.exit_status
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        text = "The disk is full, and what was printed is not complete. What was done is kept."
        _tell(args, "DiskFull", text, "Make room, then run it again.")
        _discard(sys.stdout)
        return 1
    if isinstance(error, UnicodeEncodeError) and (wrong := next(filter(_is_no_text, args), None)):
        text = f"{wrong!r} is not valid UTF-8; only the name of a file may be like that."
        _tell(args, "UsageError", text, "Enter it again.", USAGE)
        return USAGE
    return _unforeseen(args, error)


def _is_no_text(argument: str) -> bool:
    """Whether *argument* has bytes that are no UTF-8, which reach us as halves of characters."""
    return any("\ud800" <= character <= "\udfff" for character in argument)


def _status_of(group: click.Group, args: list[str], program: str, extra: Mapping[str, Any]) -> int:
    """Run the command and return the status that it ended with."""
    try:
        with group.make_context(program, list(args), **extra) as ctx:
            group.invoke(ctx)
    except click.exceptions.Exit as end:
        return int(end.exit_code)
    return 0


def _completes(group: click.Group, program: str) -> bool:
    """Answer a shell that asks how a line may go on, if that is what this run is for."""
    variable = f"_{program.replace('-', '_').upper()}_COMPLETE"
    instruction = os.environ.get(variable)
    if not instruction:
        return False
    from click.shell_completion import shell_complete

    shell_complete(group, {}, program, variable, instruction)
    return True


def _sentence(message: str) -> str:
    """Return *message* on one line that ends as a sentence does."""
    line = " ".join(message.split())
    return line if line.endswith((".", "?", "!")) else f"{line}."


def _help(error: click.ClickException) -> str:
    """Say where help is."""
    context = getattr(error, "ctx", None)
    return f"See: {context.command_path} --help." if context else ""


def _tell(args: Sequence[str], kind: str, message: str, hint: str = "", status: int = 1) -> None:
    """Write an error to stderr, as lines or as one JSON document."""
    if "--json" in args:
        import json

        error = {"error": kind, "message": message, "hint": hint, "exit_status": status}
        _write(json.dumps(error, ensure_ascii=False))
        return
    from kamsync.redact import visible

    *first, last = message.splitlines() or [""]
    for line in first:
        _write(f"kamsync: {visible(line)}")
    _write(f"kamsync: {visible(f'{last} {hint}'.strip())}")


def _write(line: str) -> None:
    """Write one line to stderr, if anybody still reads it."""
    try:
        click.echo(line, err=True)
    except BrokenPipeError:
        _unread()


def _unread() -> int:
    """Leave nothing to be written at exit to a pipe that nobody reads."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            _discard(stream)
    return BROKEN_PIPE


def _discard(stream: TextIO) -> None:
    """Leave nothing of *stream* to be written at exit, where it would fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _unforeseen(args: Sequence[str], error: Exception) -> int:
    """Tell of an error that nobody foresaw, and keep its traceback where only its owner reads it."""
    kind = type(error).__name__
    if "--debug" in args:
        import traceback

        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
        return 1
    from kamsync.tracebacks import keep_traceback

    kept = keep_traceback(error)
    hint = f"The traceback is in {kept}; --debug shows it here." if kept else "See it with --debug."
    _tell(args, kind, f"stopped by an unexpected {kind}, a fault of kamsync or a plugin.", hint)
    return 1
