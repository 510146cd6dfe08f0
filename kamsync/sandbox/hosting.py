"""Hosting of sandboxes: started together, and closed together however the process ends."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from threading import Event
from typing import Any

from msgspec import Struct, structs

from kamsync.errors import KamsyncError, PluginBroken, SystemDown, UnknownName
from kamsync.extensions import RunningSandbox, Sandbox, SandboxOptions
from kamsync.redact import redact
from kamsync.wording import did_you_mean, there_are

__all__ = ["Ready", "asked_to_stop", "chosen", "hosted"]


class Ready(Struct, frozen=True):
    """A sandbox that answers: its *name*, its *url*, and the *options* of a system that uses it.

    *details* is what else a client needs to know, such as credentials for each way to log in. They
    are made up, so they are told as they are; a `kamsync.redact.Secret` among them shows as dots.
    """

    name: str
    url: str
    options: dict[str, Any]
    details: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """Return all of it as one JSON object."""
        about = {"name": self.name, "url": self.url, "options": self.options}
        return {**about, **self.details, **about}


def chosen(offered: Mapping[str, Sandbox], names: Sequence[str]) -> list[Sandbox]:
    """Return the sandboxes called *names*; `UnknownName` says which ones there are."""
    for name in names:
        if name not in offered:
            raise UnknownName(
                f"No plugin offers the sandbox {name!r}; {there_are(sorted(offered))}.",
                hint=did_you_mean(name, offered) or "`kamsync plugins` lists what is installed.",
            )
    return [offered[name] for name in dict.fromkeys(names)]


@contextmanager
def hosted(sandboxes: Sequence[Sandbox], options: SandboxOptions) -> Iterator[list[Ready]]:
    """Start *sandboxes*, the first on the port that is asked for and the others on those after it.

    All of them answer inside of the block, and none after it. If one cannot start, those that did
    are closed.

    Raises:
        SystemDown: a port is taken.
        PluginBroken: a sandbox failed to start.
        KamsyncError: a sandbox refuses its options, such as a file of faults that it cannot use.
    """
    with ExitStack() as stack:
        ready = []
        for place, sandbox in enumerate(sandboxes):
            port = options.port + place if options.port else 0
            running = _started(sandbox, structs.replace(options, port=port))
            stack.callback(running.close)
            ready.append(_ready(sandbox.name, running))
        yield ready


def _ready(name: str, running: RunningSandbox) -> Ready:
    """Say how a sandbox is connected to; one without details has none."""
    details = getattr(running, "details", {})
    return Ready(name, running.url, redact(dict(running.options)), redact(dict(details)))


def _started(sandbox: Sandbox, options: SandboxOptions) -> RunningSandbox:
    """Return *sandbox* once it answers."""
    try:
        return sandbox.start(options)
    except OSError as error:
        raise SystemDown(
            f"The sandbox {sandbox.name} cannot listen on port {options.port}: {error.strerror}.",
            hint="Choose another one with --port; 0 is any free one.",
        ) from error
    except KamsyncError:
        raise
    # The plugin border: whatever goes wrong there is told by the sandbox's name.
    except Exception as error:
        raise PluginBroken(
            f"The sandbox {sandbox.name} cannot be started ({type(error).__name__}); its plugin is"
            " at fault."
        ) from error


@contextmanager
def asked_to_stop() -> Iterator[Event]:
    """Give an event that SIGTERM and an interrupt set, instead of ending the process where it is."""
    stopped = Event()
    asked = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(each, lambda *_: stopped.set()) for each in asked]
    try:
        yield stopped
    finally:
        for each, handler in zip(asked, before, strict=True):
            signal.signal(each, handler)
