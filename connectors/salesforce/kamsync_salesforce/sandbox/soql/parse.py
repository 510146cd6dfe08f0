"""From the text of a query to its tree; what is no SOQL is refused as the API refuses it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from kamsync_salesforce.sandbox.refusal import Refusal
from kamsync_salesforce.sandbox.soql.tree import (
    AllOf,
    AnyOf,
    Call,
    Children,
    Literal,
    Not,
    Ordered,
    Path,
    Picked,
    Query,
    Test,
    TypeOf,
)

__all__ = ["LONGEST", "parsed", "refusal_at"]

# Source: SOQL and SOSL Reference, "SOQL and SOSL Limits".
LONGEST = 100_000
# How much of a query an error shows on either side of the place.
SHOWN = 60


def parsed(text: str) -> Query:
    """Return the query that *text* says."""
    if len(text) > LONGEST:
        raise Refusal(
            400, "QUERY_TOO_COMPLICATED", f"SOQL statements cannot be longer than {LONGEST}"
        )
    try:
        tree = _grammar().parse(text)
    except UnexpectedInput as error:
        raise _misunderstood(text, error) from None
    result = _Reader().transform(tree)
    assert isinstance(result, Query)
    return result


def refusal_at(text: str, at: int, code: str, message: str) -> Refusal:
    """Return a refusal that shows the place in the query that it is about.

    Source: REST API Developer Guide, "Status Codes and Error Responses"; recordings show the
    excerpt, the mark below it, and the row and column.
    """
    row = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1)
    line = text.split("\n")[row - 1]
    start = max(0, column - SHOWN)
    excerpt = line[start : column + SHOWN]
    mark = " " * (column - start) + "^"
    return Refusal(
        400,
        code,
        f"\n{excerpt}\n{mark}\nERROR at Row:{row}:Column:{column + 1}\n{message}",
    )


@cache
def _grammar() -> Lark:
    """Return the grammar, read once."""
    file = files("kamsync_salesforce.sandbox.soql") / "soql.lark"
    return Lark(file.read_text(encoding="utf-8"), parser="lalr", lexer="contextual")


def _misunderstood(text: str, error: UnexpectedInput) -> Refusal:
    """Return what is said of a text that is no query."""
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        said = f"unexpected token: '{error.token}'"
        return refusal_at(text, error.token.start_pos or 0, "MALFORMED_QUERY", said)
    if isinstance(error, UnexpectedCharacters):
        place = f"line {error.line}:{error.column}"
        said = f"{place} no viable alternative at character '{error.char}'"
        before = text.split("\n")[: error.line - 1]
        at = sum(len(line) + 1 for line in before) + error.column - 1
        return refusal_at(text, at, "MALFORMED_QUERY", said)
    assert isinstance(error, UnexpectedEOF | UnexpectedToken)
    return refusal_at(text, len(text), "MALFORMED_QUERY", "unexpected token: '<EOF>'")


@v_args(inline=True)
class _Reader(Transformer[Token, Any]):
    """Turns what the grammar found into the tree, from the leaves up."""

    def start(self, query: Query) -> Query:
        return query

    def path(self, *names: Token) -> Path:
        return Path(tuple(map(str, names)), names[0].start_pos or 0)

    def call(self, name: Token, *arguments: Path | Call | Literal) -> Call:
        return Call(str(name), arguments, name.start_pos or 0)

    def picked(self, what: Path | Call | TypeOf, alias: Token | None = None) -> Picked:
        return Picked(what, str(alias) if alias else None)

    def children(self, query: Query) -> Children:
        return Children(query)

    def typeof(self, path: Path, *parts: Any) -> TypeOf:
        whens = tuple(part for part in parts if isinstance(part[0], str))
        rest = [part for part in parts if not isinstance(part[0], str)]
        return TypeOf(path, whens, rest[0] if rest else ())

    def when(self, name: Token, *paths: Path) -> tuple[str, tuple[Path, ...]]:
        return str(name), paths

    def otherwise(self, *paths: Path) -> tuple[Path, ...]:
        return paths

    def string(self, token: Token) -> Literal:
        return Literal("string", str(token)[1:-1], token.start_pos or 0)

    def datetime(self, token: Token) -> Literal:
        return Literal("datetime", str(token), token.start_pos or 0)

    def date(self, token: Token) -> Literal:
        return Literal("date", str(token), token.start_pos or 0)

    def number(self, token: Token) -> Literal:
        return Literal("number", str(token), token.start_pos or 0)

    def currency(self, token: Token) -> Literal:
        return Literal("currency", str(token), token.start_pos or 0)

    def named(self, token: Token) -> Literal:
        return Literal("named", str(token), token.start_pos or 0)

    def bound(self, colon: Token, _: Token) -> Literal:
        return Literal("bound", ":", colon.start_pos or 0)

    def group(self, condition: Any) -> Any:
        return condition

    def all_of(self, *parts: Any) -> AllOf:
        return AllOf(parts)

    def any_of(self, *parts: Any) -> AnyOf:
        return AnyOf(parts)

    def none_of(self, part: Any) -> Not:
        return Not(part)

    def compared(self, operand: Path | Call, operator: Token, value: Literal) -> Test:
        return Test(operand, {"<>": "!="}.get(str(operator), str(operator)), (value,))

    def like(self, operand: Path | Call, value: Literal) -> Test:
        return Test(operand, "LIKE", (value,))

    def among(self, operand: Path | Call, values: Any) -> Test:
        return Test(operand, "IN", values)

    def outside(self, operand: Path | Call, values: Any) -> Test:
        return Test(operand, "NOT IN", values)

    def includes(self, operand: Path | Call, values: Any) -> Test:
        return Test(operand, "INCLUDES", values)

    def excludes(self, operand: Path | Call, values: Any) -> Test:
        return Test(operand, "EXCLUDES", values)

    def listed(self, *values: Literal) -> tuple[Literal, ...]:
        return values

    def semi_join(self, query: Query) -> Query:
        return query

    def source(self, path: Path, *rest: Any) -> dict[str, Any]:
        aliases: list[tuple[str, Path]] = []
        named = path
        for part in rest:
            if isinstance(part, Path):
                named = part
            elif part.type == "NAME":
                aliases.append((str(part), named))
        return {"source": path, "aliases": tuple(aliases)}

    def scope(self, name: Token) -> dict[str, Any]:
        return {"scope": str(name)}

    def where(self, condition: Any) -> dict[str, Any]:
        return {"where": condition}

    def with_(self, *_: Any) -> dict[str, Any]:
        return {}

    def grouping(self, *operands: Any) -> dict[str, Any]:
        return {"group": operands}

    def having(self, condition: Any) -> dict[str, Any]:
        return {"having": condition}

    def ordering(self, *ordered: Ordered) -> dict[str, Any]:
        return {"order": ordered}

    def ordered(self, operand: Path | Call, *rest: Any) -> Ordered:
        words = [str(word).upper() for word in rest]
        places = {"FIRST": False, "LAST": True}
        last = next((places[word] for word in words if word in places), None)
        return Ordered(operand, "DESC" in words, last)

    def nulls(self, place: Token) -> Token:
        return place

    def limit(self, number: Token) -> dict[str, Any]:
        return {"limit": int(float(number)), "limit_at": number.start_pos or 0}

    def offset(self, number: Token) -> dict[str, Any]:
        return {"offset": int(float(number)), "offset_at": number.start_pos or 0}

    def purpose(self, *names: Token) -> dict[str, Any]:
        return {"tolerated": tuple(str(name).upper() for name in names)}

    def all_rows(self) -> dict[str, Any]:
        return {"tolerated": ("ALL ROWS",)}

    def query(self, *parts: Any) -> Query:
        told: dict[str, Any] = {"select": tuple(p for p in parts if not isinstance(p, dict))}
        for part in parts:
            if isinstance(part, dict):
                told |= part
        return Query(**told)
