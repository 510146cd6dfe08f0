"""Read a policy from the tables of a configuration, and refuse what could never apply."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kamsync.entities import TEAMS
from kamsync.errors import ConfigurationInvalid
from kamsync.model import EXISTS
from kamsync.policy.book import DELETES, Deletes, Foreign, Line, Policy
from kamsync.policy.options import (
    Place,
    choose,
    condition,
    flag,
    parts_of,
    require_order,
    require_several,
    require_table,
    review,
    seconds,
)
from kamsync.policy.rules import (
    Extreme,
    OnlyIfEmpty,
    Recency,
    Review,
    Team,
    Union,
    While,
    in_words,
)
from kamsync.policy.verdict import Rule, RuleMaker
from kamsync.schema import Entity, Field, Nature, Schema, Type

__all__ = ["BUILT_IN", "parse_policy"]

BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "team": ("team", "only_if_empty", "unless_blank"),
    "latest": ("tolerance", "unless_blank"),
    "first": ("tolerance", "unless_blank"),
    "highest": (),
    "lowest": (),
    "union": (),
    "only_if_empty": ("only_if_empty",),
    "review": ("due", "escalate"),
}
"""The rules that need no plugin, with the keys that each of them understands."""

EVERY_FIELD = "*"

RULES_LIMIT = 20
"""How many rules one field may have."""


def parse_policy(
    tables: Mapping[str, Mapping[str, object]],
    schema: Schema,
    rules: Mapping[str, RuleMaker],
    *,
    teams: Collection[str] = TEAMS,
    section: str = "policy",
) -> Policy:
    """Return the policy that *tables* write down, one table for each entity.

    ``"*"`` stands for every field of an entity that is not named, and as a table's name for every
    entity without one. *rules* are those of plugins, *section* is where the tables stand.

    Raises:
        ConfigurationInvalid: one line for each key that names something unknown or a rule that
            cannot apply there, each with what would be right.
    """
    return _Reader(schema, rules, frozenset(teams), section).policy(tables)


class _Reader:
    """What is known while a policy is read, and every mistake that was found in it."""

    def __init__(
        self,
        schema: Schema,
        makers: Mapping[str, RuleMaker],
        teams: Collection[str],
        section: str,
    ) -> None:
        self.schema = schema
        self.makers = makers
        self.teams = teams
        self.section = section
        self.lines: dict[tuple[str, str], Line] = {}
        self.deletions: dict[str, Deletes] = {}
        self.mistakes: list[str] = []

    def policy(self, tables: Mapping[str, Mapping[str, object]]) -> Policy:
        """Read all tables; raise one error that holds every mistake."""
        for name, table in tables.items():
            if name == EVERY_FIELD:
                self._note(self._default_table, table, set(tables))
            elif name in self.schema.entities:
                self._note(self._table, self.schema.entities[name], table, f"{self.section}.{name}")
            else:
                hint = choose(name, self.schema.entities)
                self.mistakes.append(f"{self.section}.{name}: there is no entity {name!r}; {hint}")
        if self.mistakes:
            raise ConfigurationInvalid("\n".join(dict.fromkeys(self.mistakes)))
        return Policy(self.lines, self.deletions)

    def _note(self, step: Any, *arguments: Any) -> bool:
        """Take a step, and keep its mistake for the end; return whether there was none."""
        try:
            step(*arguments)
        except ConfigurationInvalid as problem:
            self.mistakes.append(problem.message)
            return False
        return True

    def _default_table(self, table: Mapping[str, object], named: Collection[str]) -> None:
        """Read the table for every entity that has none of its own."""
        key = f"{self.section}.{EVERY_FIELD}"
        require_table(key, table)
        for extra in sorted(set(table) - {EVERY_FIELD, "deletes"}):
            raise ConfigurationInvalid(
                f"{key}.{extra}: the table for every entity holds only '*' and 'deletes'; "
                f"write {self.section}.ENTITY.{extra} instead."
            )
        for name, entity in self.schema.entities.items():
            if name not in named and entity.nature is Nature.RECORD and not self._wrong_at(key):
                self._table(entity, table, key)

    def _wrong_at(self, key: str) -> bool:
        """Whether a mistake was found below *key*."""
        return any(mistake.startswith(f"{key}.") for mistake in self.mistakes)

    def _table(self, entity: Entity, table: Mapping[str, object], key: str) -> None:
        """Read the table of one entity."""
        require_table(key, table)
        for name, written in table.items():
            if name == "deletes":
                self._note(self._deletes, entity, written, key)
            elif name != EVERY_FIELD:
                self._note(self._field, entity, name, written, key)
        if EVERY_FIELD in table:
            rest = [field for field in entity.fields.values() if field.name not in table]
            for field in rest:
                # One mistake is told of one field, not of all that are meant by it.
                if not self._note(self._line, entity, field, table[EVERY_FIELD], f"{key}.*"):
                    return

    def _deletes(self, entity: Entity, written: object, key: str) -> None:
        for choice in DELETES:
            if written == choice:
                self.deletions[entity.name] = choice
                return
        raise ConfigurationInvalid(
            f"{key}.deletes: must be {in_words(map(repr, DELETES))}; it is {written!r}."
        )

    def _field(self, entity: Entity, name: str, written: object, key: str) -> None:
        if name in entity.fields:
            self._line(entity, entity.fields[name], written, f"{key}.{name}")
            return
        if name == EXISTS:
            raise ConfigurationInvalid(
                f"{key}.{name}: what a delete means is written as {key}.deletes."
            )
        groups = {part.name: group.name for group, part in parts_of(entity)}
        if name in groups:
            raise ConfigurationInvalid(
                f"{key}.{name}: {name!r} is a part of {groups[name]!r} and is settled with it; "
                f"write {key}.{groups[name]}."
            )
        raise ConfigurationInvalid(
            f"{key}.{name}: {entity.name} has no field {name!r}; {choose(name, entity.fields)}"
        )

    def _line(self, entity: Entity, field: Field, written: object, key: str) -> None:
        """Read the rules of one field."""
        place = Place(key, entity, field)
        rules = tuple(self._rules(place, written))
        if not rules or len(rules) > RULES_LIMIT:
            raise place.wrong(f"must name between 1 and {RULES_LIMIT} rules.")
        if any(isinstance(rule, Review) for rule in rules[:-1]):
            raise place.wrong("'review' leaves it to a person, so the rules after it never apply.")
        if entity.nature is Nature.LEDGER and not isinstance(rules[0], Review):
            raise place.wrong(
                f"{entity.name} is corrected by new entries and never edited; only 'review' applies."
            )
        self.lines[entity.name, field.name] = Line(rules)

    def _rules(self, place: Place, written: object) -> Iterator[Rule]:
        """Yield the rules of a name, a table, or a list of them."""
        if isinstance(written, list | tuple):
            for number, each in enumerate(written, 1):
                yield from self._rules(place.inner(f"[{number}]"), each)
        elif isinstance(written, str):
            yield from self._from_table(place, {"rule": written})
        elif isinstance(written, Mapping):
            yield from self._from_table(place, written)
        else:
            raise place.wrong(
                f"must be a rule such as 'latest', a table such as {{ team = \"sales\" }}, "
                f"or a list of them; it is {written!r}."
            )

    def _from_table(self, place: Place, table: Mapping[str, object]) -> Iterator[Rule]:
        """Yield the rules of one table: its own, then its ``otherwise``."""
        name = self._name(place, table)
        own = self._own(place, name, table)
        if "while" in table:
            state = condition(place.inner(".while"), table["while"])
            own = [While(state, rule) for rule in own]
        yield from own
        if "otherwise" in table:
            yield from self._rules(place.inner(".otherwise"), table["otherwise"])

    def _name(self, place: Place, table: Mapping[str, object]) -> str:
        """Return which rule a table names; a team or ``only_if_empty`` names it by itself."""
        implied = next((name for name in ("team", "only_if_empty") if name in table), None)
        name = table.get("rule", implied)
        if not isinstance(name, str):
            raise place.wrong(
                f"name a rule: 'rule' is {in_words(map(repr, self._known()))}, or 'team' a team."
            )
        if name == "team" and "team" not in table:
            raise place.wrong('which team? Write { team = "sales" }.')
        if name in self.teams and name not in self._known():
            raise place.wrong(f'{name!r} is a team; write {{ team = "{name}" }}.')
        if name not in self._known():
            raise place.wrong(f"there is no rule {name!r}; {choose(name, self._known())}")
        return name

    def _known(self) -> tuple[str, ...]:
        return (*BUILT_IN, *(name for name in sorted(self.makers) if name not in BUILT_IN))

    def _own(self, place: Place, name: str, table: Mapping[str, object]) -> list[Rule]:
        """Return the rules that a table names itself."""
        options = {
            key: value for key, value in table.items() if key not in {"rule", "while", "otherwise"}
        }
        if name not in BUILT_IN:
            return [self._foreign(place, name, options)]
        for key in options:
            if key not in BUILT_IN[name]:
                understood = ("while", "otherwise", *BUILT_IN[name])
                raise place.inner(f".{key}").wrong(
                    f"the rule {name!r} has no {key!r}; {choose(key, understood)}"
                )
        return self._built_in(place, name, options)

    def _built_in(self, place: Place, name: str, options: Mapping[str, object]) -> list[Rule]:
        match name:
            case "team":
                return self._team(place, options)
            case "latest" | "first":
                tolerance = seconds(place, "tolerance", options.get("tolerance", 2.0))
                blank = flag(place, "unless_blank", options)
                return [Recency(name == "latest", tolerance, blank)]
            case "highest" | "lowest":
                require_order(place, name)
                return [Extreme(name == "highest", place.field.type is Type.BOOLEAN)]
            case "union":
                require_several(place)
                return [Union()]
            case "only_if_empty":
                return [OnlyIfEmpty(self._teams(place, "only_if_empty", options, missing=()))]
            case _:
                return [review(place, options)]

    def _team(self, place: Place, options: Mapping[str, object]) -> list[Rule]:
        """Return a rule for each team in turn, and what the others may do."""
        blank = flag(place, "unless_blank", options)
        deciding = self._teams(place, "team", options)
        rules: list[Rule] = [Team(team, blank) for team in deciding]
        bound = self._teams(place, "only_if_empty", options, missing=())
        both = sorted(set(bound) & set(deciding))
        if both:
            raise place.inner(".only_if_empty").wrong(
                f"{both[0]!r} cannot both decide and only fill what is empty."
            )
        return [*rules, OnlyIfEmpty(bound)] if bound else rules

    def _teams(
        self,
        place: Place,
        key: str,
        options: Mapping[str, object],
        missing: tuple[str, ...] | None = None,
    ) -> tuple[str, ...]:
        """Return the teams that a key names."""
        if key not in options and missing is not None:
            return missing
        written = options[key]
        names = [written] if isinstance(written, str) else written
        if not isinstance(names, list | tuple) or not names:
            raise place.inner(f".{key}").wrong(
                f"must be a team or a list of teams; it is {names!r}."
            )
        for name in names:
            if name not in self.teams:
                raise place.inner(f".{key}").wrong(
                    f"there is no team {name!r}; {choose(str(name), sorted(self.teams))}"
                )
        return tuple(dict.fromkeys(names))

    def _foreign(self, place: Place, name: str, options: Mapping[str, object]) -> Rule:
        """Return a plugin's rule."""
        try:
            rule: Any = self.makers[name](place.entity, place.field, options)
            fits = isinstance(rule.text, str) and callable(rule.settle)
        except ConfigurationInvalid as problem:
            raise place.wrong(problem.message) from problem
        # A plugin may fail in any way; the configuration that names it cannot be carried out then.
        except Exception as problem:
            raise place.wrong(f"the plugin's rule {name!r} failed: {problem!r}.") from problem
        if not fits:
            raise place.wrong(f"the plugin's rule {name!r} has no text or cannot settle.")
        return Foreign(name, rule)
