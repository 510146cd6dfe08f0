"""Company numbers on accounts, and matching by those whose form proves that they were typed right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kamsync import hookimpl
from kamsync.model import Value
from kamsync.schema import DataClass, Entity, Field, Type
from kamsync_company_ids.numbers import clean_duns, clean_lei, clean_vat_id

if TYPE_CHECKING:
    from kamsync.identity import KeyMaker

__all__ = ["FIELDS", "company_keys", "kamsync_match_keys", "kamsync_schema"]

__version__ = "0.1.0"


def _public_text(name: str, meaning: str) -> Field:
    return Field(name, Type.TEXT, meaning, data_class=DataClass.PUBLIC)


FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        _public_text("vat_id", "VAT identification number, with its country prefix."),
        _public_text("duns", "D-U-N-S number: nine digits, given out by Dun & Bradstreet."),
        _public_text("lei", "Legal Entity Identifier, ISO 17442."),
        _public_text("registry_number", "Number in a trade register, with the register's name."),
    )
}
"""What this plugin adds to an account, by name."""

_CLEANERS: Mapping[str, tuple[str, Callable[[str], str | None]]] = {
    "vat_id": ("vat", clean_vat_id),
    "duns": ("duns", clean_duns),
    "lei": ("lei", clean_lei),
}


def company_keys(entity: str, values: Mapping[str, Value]) -> Iterable[str]:
    """Yield a key such as ``vat:DE811128135`` for each number of an account that is well formed.

    A number that is not well formed yields nothing: a typing error must not tie two companies
    together. The register number yields nothing either, as it means nothing without its register,
    whose name everybody spells in their own way.
    """
    if entity != "account":
        return
    for name, (prefix, clean) in _CLEANERS.items():
        cleaned = clean(values.get(name) or "")
        if cleaned is not None:
            yield f"{prefix}:{cleaned}"


@hookimpl
def kamsync_schema() -> Sequence[Entity]:
    """Add the company numbers to accounts."""
    return [Entity("account", "A client, prospect or partner company.", FIELDS)]


@hookimpl
def kamsync_match_keys() -> Sequence[KeyMaker]:
    """Offer the well-formed numbers as exact keys."""
    return [company_keys]
