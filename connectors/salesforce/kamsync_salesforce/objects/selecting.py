"""What is selected of an object: what was asked for, less what the org turned out not to show."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from kamsync.errors import Unsupported
from kamsync_salesforce.api.client import Refusal
from kamsync_salesforce.objects.describing import Described, Descriptions
from kamsync_salesforce.objects.queries import CURRENCY, Selection, default_selection, is_name
from kamsync_salesforce.objects.traits import KEY_OBJECTS

__all__ = ["Selecting"]

HIDDEN = frozenset({"INVALID_FIELD", "INVALID_TYPE", "MALFORMED_QUERY", "NOT_FOUND"})
"""What a query is answered with that names something which is not there, or not for us."""


class Selecting:
    """Decides what to select, without a call as long as the org shows what is asked for.

    A describe call for each object in each round would cost more than all reading of an idle round.
    So an object is described only once a query was refused; what our user does not see of it is
    left out from then on, and stays missing from readings.
    """

    def __init__(
        self, described: Descriptions, stamp: str, *, currency: str, companies: bool, history: bool
    ) -> None:
        self._described = described
        self._stamp = stamp
        self._currency = currency
        self._companies = companies
        self._history = history

    def of(self, object_: str, names: Sequence[str]) -> Selection:
        """Return what to select of *object_* for *names*; `Unsupported` if there is no such object."""
        asked = [name for name in names if is_name(name) and not self._is_told(name)]
        if not object_.isidentifier():
            raise _unknown(object_)
        made = default_selection(object_, asked, self._stamp)
        made = structs.replace(
            made, companies=self._companies, history=made.history and self._history
        )
        known = self._described.known(object_)
        if known is None and object_ not in KEY_OBJECTS:
            known = self._described.described(object_)
            if known is None:
                raise _unknown(object_)
        if known is not None and not all(known.shows(name) for name in made.names):
            known = self._described.lacking(object_)
        return made if known is None else _seen(made, known)

    def instead(
        self, refusal: Refusal, selection: Selection, names: Sequence[str]
    ) -> Selection | None:
        """Return what to select where *selection* was refused, None if it was not to blame."""
        if refusal.problem.code not in HIDDEN:
            return None
        if self._described.described(selection.object, anew=True) is None:
            raise _unknown(selection.object)
        other = self.of(selection.object, names)
        return None if other == selection else other

    def _is_told(self, name: str) -> bool:
        """Whether a name is the currency of an org that has only one, which no record says."""
        return bool(self._currency) and name == CURRENCY


def _seen(made: Selection, known: Described) -> Selection:
    """Return a selection without what our user does not see."""
    return structs.replace(
        made,
        names=tuple(name for name in made.names if known.shows(name)),
        stamp=made.stamp if known.shows(made.stamp) else "",
        deleted=known.shows("IsDeleted"),
        merged=known.shows("MasterRecordId"),
        history=made.history and known.histories,
        companies=made.companies and known.shows("IsPersonAccount"),
    )


def _unknown(object_: str) -> Unsupported:
    return Unsupported(
        f"This org shows no object {object_!r} to kamsync's user.",
        hint="Correct the mapping, or give the user read access to it.",
    )
