"""The draft of a system's section: how one begins, and what only the owner of the system knows."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping

from msgspec import Struct

from kamsync.errors import ConfigurationInvalid

__all__ = ["Ask", "Draft", "Filled", "secret"]

_PLACE = re.compile(r"\$([A-Za-z_]+)")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_PLAIN = re.compile(r"true|false|-?\d+|[\[{].*", re.DOTALL)
FILE = "file:"


class Ask(Struct, frozen=True):
    """One thing that only the owner of a system knows: an option of the connector, or which way to take.

    *secret* says that the answer names where the secret is, and never is the secret. *when* is a key and
    the answer to it that make this one matter. What is *needed* stands in the section with its *example*
    until somebody fills it in; what is not is left out.
    """

    key: str
    question: str
    example: str = ""
    default: str = ""
    secret: bool = False
    choices: tuple[str, ...] = ()
    when: tuple[str, str] | None = None
    needed: bool = False

    def matters(self, given: Mapping[str, str]) -> bool:
        """Whether this is to be asked, after what was *given* so far."""
        return self.when is None or given.get(self.when[0]) == self.when[1]


class Filled(Struct, frozen=True):
    """A section as it is written, and which of its options still hold an example."""

    text: str
    missing: tuple[str, ...] = ()


class Draft(Struct, frozen=True):
    """The lines of a section below ``connector`` and ``team``, and what has to be asked for them.

    In *text* stands ``$key`` where the answer to an ask goes, and ``$SYSTEM`` for the system's name. A
    line whose answer is missing becomes a comment. *signs_in* is the key and the answer to it after which a
    person signs in with `kamsync connect`.
    """

    text: str = ""
    asks: tuple[Ask, ...] = ()
    signs_in: tuple[str, str] | None = None

    def with_defaults(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return what is *given* and what holds without it; whoever gives an option has gone its way."""
        found = dict(given)
        for ask in self.asks:
            if ask.key in given and ask.when is not None:
                found.setdefault(*ask.when)
        for ask in self.asks:
            if ask.default and ask.matters(found):
                found.setdefault(ask.key, ask.default)
        return found

    def filled(self, system: str, given: Mapping[str, str], secrets: Iterable[str] = ()) -> Filled:
        """Return the section with the answers; options that it does not show stand at its top.

        *secrets* are further options that hold secrets.

        Raises:
            ConfigurationInvalid: an answer may be a secret itself.
        """
        asks = {ask.key: ask for ask in self.asks}
        hidden = {*secrets, *(ask.key for ask in self.asks if ask.secret)}
        values = {key: _value(system, key, text, hidden, asks) for key, text in given.items()}
        shown = set(_PLACE.findall(self.text)) | {ask.key for ask in self.asks if ask.choices}
        lines = [f"{key} = {value}" for key, value in values.items() if key not in shown]
        missing: list[str] = []
        lines += [
            _line(line.replace("$SYSTEM", system), values, asks, given, missing)
            for line in self.text.splitlines()
        ]
        return Filled("\n".join(lines), tuple(missing))


def _line(
    line: str,
    values: Mapping[str, str],
    asks: Mapping[str, Ask],
    given: Mapping[str, str],
    missing: list[str],
) -> str:
    """Return one line with its answers, or as a comment with examples; note what is *missing*."""
    keys = _PLACE.findall(line)
    lacking = [key for key in keys if key not in values]
    for key in keys:
        example = asks[key].example or asks[key].default
        value = values.get(key) or (_secret_table(example) if asks[key].secret else _text(example))
        line = line.replace(f"${key}", value)
    wanted = [key for key in lacking if asks[key].needed and asks[key].matters(given)]
    missing += wanted
    return f"#{line}" if lacking and not wanted and not line.startswith("#") else line


def _value(system: str, key: str, text: str, hidden: Iterable[str], asks: Mapping[str, Ask]) -> str:
    """Return an answer as TOML."""
    if key in hidden:
        return secret(f"{system}.{key}", text)
    return _text(text) if key in asks or not _PLAIN.fullmatch(text) else _plain(text)


def secret(option: str, text: str) -> str:
    """Return where a secret is, as TOML: in a variable of the environment, or in a file.

    Raises:
        ConfigurationInvalid: it is neither; the text is not repeated, since it may be the secret.
    """
    if not (_VARIABLE.fullmatch(text) or text.removeprefix(FILE) not in {text, ""}):
        raise ConfigurationInvalid(
            f"{option} is a secret: what was given is not the name of an environment variable.",
            hint="Give the name of the variable that holds it, such as SALES_TOKEN, or file:PATH;"
            " a secret itself never stands in a configuration.",
        )
    return _secret_table(text)


def _secret_table(text: str) -> str:
    """Return the table that names a variable or a file."""
    kind, name = ("file", text.removeprefix(FILE)) if text.startswith(FILE) else ("env", text)
    return f"{{ {kind} = {_text(name)} }}"


def _text(text: str) -> str:
    """Return text as a TOML string; JSON escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False)


def _plain(text: str) -> str:
    """Return what is TOML already as it is, and all else as text."""
    try:
        tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return _text(text)
    return text
