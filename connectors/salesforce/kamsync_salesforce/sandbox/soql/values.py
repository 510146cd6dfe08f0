"""Literals of a query as SQL parameters, checked against the field that they are compared with."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from msgspec import Struct

from kamsync_salesforce.sandbox.ids import full_id, is_id
from kamsync_salesforce.sandbox.soql.block import Block
from kamsync_salesforce.sandbox.soql.dates import span
from kamsync_salesforce.sandbox.soql.operands import Operand
from kamsync_salesforce.sandbox.soql.tree import Literal
from kamsync_salesforce.sandbox.stamps import read_date, read_datetime, stamp

__all__ = ["Span", "like_pattern", "literal_value", "unescaped"]

ESCAPES = {"n": "\n", "N": "\n", "r": "\r", "R": "\r", "t": "\t", "T": "\t", "b": "\b", "f": "\f"}
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
ALLOWED_ESCAPES = set("nNrRtTbBfF\"'\\_%u")
TRUTHS = {"true": 1, "false": 0}


class Span(Struct, frozen=True):
    """Days, as the first value within them and the first after them."""

    start: str
    after: str


def literal_value(block: Block, operand: Operand, literal: Literal, *, checked: bool = True) -> Any:
    """Return the parameter that *literal* stands for; a value of the wrong type is refused.

    Source: SOQL and SOSL Reference, "fieldExpression Syntax"; real error texts name the type and
    the quotes.
    """
    if literal.is_null:
        return None
    if literal.kind == "bound":
        block.asked.refuse(
            literal.at, "MALFORMED_QUERY", "Bind variables only allowed in Apex code"
        )
    if literal.kind == "string":
        return _string(block, operand, literal, checked=checked)
    value = _bare(block, operand, literal)
    return value if value is not None else _refuse_type(block, operand)


def _bare(block: Block, operand: Operand, literal: Literal) -> Any:
    """Return what stands without quotes, or None where it is not of the operand's type."""
    if literal.kind in {"number", "currency"} and operand.is_number:
        return float(literal.text[3:] if literal.kind == "currency" else literal.text)
    if literal.kind == "date" and operand.type == "date":
        return _checked(block, literal, read_date(literal.text)).isoformat()
    if literal.kind == "datetime" and operand.type == "datetime":
        return stamp(_checked(block, literal, read_datetime(literal.text)))
    if literal.kind != "named":
        return None
    if operand.type == "boolean":
        return TRUTHS.get(literal.text.lower())
    days = span(literal.text, block.asked.org.now().date())
    return _days(operand, *days) if days and operand.type in {"date", "datetime"} else None


def unescaped(block: Block, literal: Literal) -> str:
    """Return the text between the quotes.

    Source: SOQL and SOSL Reference, "Quoted String Escape Sequences".
    """

    def one(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] not in ALLOWED_ESCAPES:
            block.asked.refuse(
                literal.at, "MALFORMED_QUERY", f"invalid string escape sequence '\\{code}'"
            )
        if len(code) > 1:
            return chr(int(code[1:], 16))
        return ESCAPES.get(code, code)

    return ESCAPE.sub(one, literal.text)


def like_pattern(text: str) -> str:
    r"""Return a pattern for LIKE: what was escaped stays so, and only % _ and \ are."""

    def one(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) > 1:
            return chr(int(code[1:], 16))
        if code in "%_\\":
            return "\\" + code
        return ESCAPES.get(code, code)

    return ESCAPE.sub(one, text)


def _string(block: Block, operand: Operand, literal: Literal, *, checked: bool) -> str:
    """Return a text, or the eighteen characters of an id."""
    if not (operand.is_text or operand.type in {"id", "reference"}):
        _refuse_type(block, operand)
    text = unescaped(block, literal)
    if operand.type in {"id", "reference"} and checked:
        if not is_id(text):
            block.asked.refuse(
                literal.at, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}"
            )
        return full_id(text)
    return text


def _days(operand: Operand, start: date, after: date) -> Span:
    """Return days as the field writes them."""
    if operand.type == "date":
        return Span(start.isoformat(), after.isoformat())
    return Span(f"{start}T00:00:00.000+0000", f"{after}T00:00:00.000+0000")


def _checked(block: Block, literal: Literal, value: Any) -> Any:
    """Return a time; one that no calendar has is refused."""
    if value is None:
        block.asked.refuse(literal.at, "MALFORMED_QUERY", f"line 1:{literal.at} invalid date")
    return value


def _refuse_type(block: Block, operand: Operand) -> Any:
    """Refuse a value of the wrong type."""
    quotes = (
        "should be" if operand.is_text or operand.type in {"id", "reference"} else "should not be"
    )
    block.asked.refuse(
        operand.at,
        "INVALID_FIELD",
        f"value of filter criterion for field '{operand.name}' must be of type {operand.kind} and"
        f" {quotes} enclosed in quotes",
    )
