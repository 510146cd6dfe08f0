"""What a new configuration says of the systems, the accounts and the policy that somebody has chosen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from pydantic import TypeAdapter, ValidationError

from kamsync.config.kinds import Name
from kamsync.config.problems import sentence
from kamsync.config.scope import field_problems
from kamsync.draft import Ask, Draft, Filled
from kamsync.entities import TEAMS, core_schema
from kamsync.errors import ConfigurationInvalid

__all__ = ["Beginning", "NewSystem", "as_name", "as_scope", "bare_draft", "begun"]

READS_NOTHING = "As it stands, this file connects to nothing and writes nowhere."
ONLY_READS = "As it stands, this file only reads: nothing is written to any system."
NO_PLUGINS = "plugins = []"
NO_POLICIES = '#policies = ["policies/teams.toml"]'
NO_SCOPE = """\
#[scope.account]
#tier = ["strategic", "key"]
"""
LISTED = '#list = { sales = ["C-1001", "C-1002"] }\n'
SYSTEMS = re.compile(r"#\[system\.sales\]\n.*?(?=\n\n\n# The scope)", re.DOTALL)
FILE = "file"


class NewSystem(Struct, frozen=True):
    """One system of a new configuration: what it is, who works in it, and its options as they were given.

    *plugin* brings its connector; it is empty for one that is built in. *secrets* are the options that
    hold secrets.
    """

    name: str
    kind: str
    plugin: str = ""
    team: str = ""
    draft: Draft = Draft()
    given: Mapping[str, str] = {}
    secrets: tuple[str, ...] = ()

    @property
    def is_signed_in(self) -> bool:
        """Whether a person signs in to it before it can be called."""
        key, answer = self.draft.signs_in or ("", "")
        return bool(key) and self.given.get(key) == answer

    def section(self) -> Filled:
        """Return its section, which allows nothing to be written."""
        filled = self.draft.filled(self.name, self.given, self.secrets)
        team = f"team = {_quoted(self.team)}" if self.team else f'#team = "{TEAMS[0]}"'
        head = f"[system.{self.name}]\nconnector = {_quoted(self.kind)}\n{team}"
        return Filled(f"{head}\n{filled.text}".rstrip("\n"), filled.missing)


class Beginning(Struct, frozen=True):
    """The choices that a new configuration is written from; *scope* is by field, or names a ``file``."""

    systems: tuple[NewSystem, ...] = ()
    scope: Mapping[str, Sequence[str]] = {}
    policies: tuple[str, ...] = ()


def begun(template: str, beginning: Beginning) -> str:
    """Return the text of a configuration: the *template* with what was chosen in place of its examples."""
    if not beginning.systems:
        return template
    sections = "\n\n".join(each.section().text for each in beginning.systems)
    plugins = list(dict.fromkeys(each.plugin for each in beginning.systems if each.plugin))
    policies = f"policies = {_quoted(list(beginning.policies))}"
    text = _replaced(template, READS_NOTHING, ONLY_READS)
    text = _replaced(text, NO_PLUGINS, f"plugins = {_quoted(plugins)}")
    if beginning.policies:
        text = _replaced(text, NO_POLICIES, policies)
    if beginning.scope:
        text = _replaced(text, NO_SCOPE, "".join(_scope(beginning.scope)))
        text = _replaced(text, LISTED, LISTED.replace("sales", beginning.systems[0].name))
    found = SYSTEMS.search(text)
    assert found is not None, "The template shows no systems."
    return f"{text[: found.start()]}{sections}{text[found.end() :]}"


def bare_draft(options: Iterable[str]) -> Draft:
    """Return a draft with a line for each of the *options* that a connector cannot do without."""
    asks = tuple(Ask(name, name, example="…", needed=True) for name in options)
    return Draft("\n".join(f"{ask.key} = ${ask.key}" for ask in asks), asks)


def as_name(text: str) -> str:
    """Take the name of a system or a team.

    Raises:
        ConfigurationInvalid: it cannot be one, and what one looks like.
    """
    try:
        return str(TypeAdapter(Name).validate_python(text))
    except ValidationError as error:
        why = sentence(error.errors(include_url=False)[0])
        raise ConfigurationInvalid(f"{text!r} is no name: {why}.") from None


def as_scope(text: str) -> tuple[str, tuple[str, ...]]:
    """Take ``FIELD=VALUE,VALUE`` or ``file=PATH``.

    Raises:
        ConfigurationInvalid: an account has no such field, or the field no such value.
    """
    name, _, said = (part.strip() for part in text.partition("="))
    values = tuple(filter(None, (each.strip() for each in said.split(","))))
    if not name or not values:
        raise ConfigurationInvalid(
            f"{text!r} selects no accounts.",
            hint="Say FIELD=VALUE,VALUE such as tier=strategic,key, or file=PATH.",
        )
    if name == FILE:
        return name, (said,)
    fields = core_schema().entity("account").fields
    problems = [str(each) for each in field_problems({name: frozenset(values)}, fields)]
    if problems:
        raise ConfigurationInvalid("\n".join(problems))
    return name, values


def _scope(scope: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the section of the scope line by line."""
    yield "[scope.account]\n"
    for name, values in scope.items():
        yield f"{name} = {_quoted(values[0] if name == FILE else list(values))}\n"


def _replaced(text: str, old: str, new: str) -> str:
    """Return *text* with *new* for *old*, which the template holds once."""
    assert text.count(old) == 1, f"The template holds {text.count(old)} of {old!r}."
    return text.replace(old, new)


def _quoted(value: object) -> str:
    """Return text or a list of texts as TOML; what JSON escapes, TOML escapes alike."""
    return json.dumps(value, ensure_ascii=False)
