"""Which accounts a configuration selects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kamsync.config.problems import Key, Problem
from kamsync.config.sections import Config
from kamsync.errors import ConfigurationInvalid
from kamsync.redact import visible
from kamsync.schema import Field, Schema, Type
from kamsync.scope import Scope
from kamsync.wording import did_you_mean

__all__ = ["field_problems", "scope_of"]

ROOT = "account"
LIST_LIMIT = 1_000_000
HERE: Key = ("scope", ROOT)


def scope_of(config: Config, schema: Schema) -> Scope:
    """Return the scope that *config* selects, with the native ids of its list and of its file.

    The file has one account in a line, as ``SYSTEM,ID``; empty lines and those that start with
    ``#`` count for nothing.

    Raises:
        ConfigurationInvalid: an unknown field, a value that it cannot have, or a wrong file.
    """
    section = config.scope.account
    fields = schema.entity(ROOT).fields
    problems = [str(each) for each in field_problems(section.values, fields)]
    listed = {system: set(ids) for system, ids in section.listed.items()}
    if section.file is not None:
        try:
            for system, native_id in _rows(config):
                listed.setdefault(system, set()).add(native_id)
        except ConfigurationInvalid as error:
            problems.append(str(error))
    if problems:
        raise ConfigurationInvalid("\n".join(problems))
    frozen = {system: frozenset(ids) for system, ids in listed.items()}
    return Scope(ROOT, section.values, frozen)


def field_problems(
    values: Mapping[str, frozenset[str]], fields: Mapping[str, Field]
) -> Iterator[Problem]:
    """Yield a problem for each field that an account does not have, and each value it cannot have."""
    for name, wanted in values.items():
        field = fields.get(name)
        if field is None:
            hint = did_you_mean(name, [*fields, "list", "file"])
            yield Problem((*HERE, name), f"an account has no field {name!r}", hint)
        elif field.type in {Type.CHOICE, Type.CHOICES}:
            there = f"There are {', '.join(field.choices)}."
            for value in sorted(wanted - set(field.choices)):
                text = f"{value!r} is no choice of {name}"
                yield Problem((*HERE, name), text, did_you_mean(value, field.choices) or there)
        elif field.type is Type.GROUP:
            yield Problem((*HERE, name), f"{name} is a group, and a scope takes single values")


def _rows(config: Config) -> Iterator[tuple[str, str]]:
    """Yield the system and native id of each line of the scope's file."""
    file = config.scope.account.file
    assert file is not None
    try:
        with file.open(encoding="utf-8-sig") as text:
            for number, line in enumerate(text, start=1):
                if number > LIST_LIMIT:
                    raise _mistake(f"{file} has more than {LIST_LIMIT} lines")
                if line.strip() and not line.startswith("#"):
                    yield _row(config, line.strip(), f"{file}, line {number}")
    except OSError as error:
        raise _mistake(
            f"{file} cannot be read: {error.strerror}; name one that you may read"
        ) from error
    except UnicodeDecodeError:
        raise _mistake(f"{file} is not text in UTF-8; save it so") from None


def _row(config: Config, line: str, where: str) -> tuple[str, str]:
    """Return the system and native id of one line."""
    system, comma, native_id = (part.strip() for part in line.partition(","))
    if not comma or not native_id:
        raise _mistake(f"{where}: expected SYSTEM,ID, got {visible(line)[:40]!r}")
    if system not in config.systems:
        raise _mistake(f"{where}: there is no system {visible(system)!r}")
    return system, native_id


def _mistake(text: str) -> ConfigurationInvalid:
    """Say what is wrong with the file."""
    return ConfigurationInvalid(str(Problem((*HERE, "file"), text)))
