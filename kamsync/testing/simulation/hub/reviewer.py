"""The person who decides conflicts, sometimes on a page that is out of date."""

from __future__ import annotations

from kamsync.engine import CHOICES, resolve_conflict
from kamsync.errors import DecisionRefused, ValueInvalid
from kamsync.model import Conflict, Decision, Kind, Value
from kamsync.testing.simulation.drawn.choices import Choices
from kamsync.testing.simulation.hub.hubside import HubSide
from kamsync.testing.simulation.observer.chronicle import Report
from kamsync.testing.simulation.observer.truth import Truth
from kamsync.testing.simulation.schema import PARTS, REFERS
from kamsync.testing.simulation.systems.people import People

__all__ = ["Reviewer"]


class Reviewer:
    """Looks at conflicts, and decides later what she saw."""

    def __init__(self, hub: HubSide, truth: Truth, people: People, report: Report) -> None:
        self.hub = hub
        self.truth = truth
        self.people = people
        self.report = report
        self.page: Conflict | None = None

    def look(self, choices: Choices) -> str:
        """Open the page of one conflict."""
        found = self.hub.store.reviews.open(limit=1000)
        self.page = choices.pick(found) if found else None
        return f"conflict {self.page.id} version {self.page.version}" if self.page else ""

    def decide(self, choices: Choices) -> str:
        """Decide the page that is open, else a conflict as it is now."""
        page, self.page = self.page, None
        if page is None:
            found = self.hub.store.reviews.open(limit=1000)
            if not found:
                return ""
            page = choices.pick(found)
        return self.settle(page, choices)

    def settle(self, page: Conflict, choices: Choices) -> str:
        """Decide what *page* showed; a page that is out of date must be refused."""
        now = self.hub.store.reviews.get(page.id)
        stale = bool(now.closed) or now.version != page.version
        decision = self._decision(page, choices)
        entries = self.hub.audit.by_people
        words = f"{page.kind} {page.record}.{page.field}: {decision.choice or decision.value!r}"
        try:
            resolve_conflict(self.hub.hub, page.id, page.version, decision)
        except DecisionRefused as refused:
            if not stale and "tied already" not in refused.message:
                self.report(17, f"a decision was refused: {refused.message}")
            return f"{words} refused"
        except ValueInvalid:
            return f"{words} invalid"
        if stale:
            self.report(17, f"conflict {page.id} was decided on a page that was out of date")
        self.hub.audit.require_act(entries, f"the decision of conflict {page.id}, {words},")
        return words

    def _decision(self, page: Conflict, choices: Choices) -> Decision:
        at = self.hub.hub.now()
        if page.kind is Kind.VALUE:
            return Decision("eve", at, value=self._value(page, choices))
        choice = choices.pick(CHOICES[page.kind])
        value = None
        if page.kind is Kind.MATCH and choice == "same":
            value = choices.pick([c.value for c in page.contenders if c.value])
        return Decision("eve", at, value=value, choice=choice)

    def _value(self, page: Conflict, choices: Choices) -> Value:
        """Choose one of the values that are shown, or enter another one."""
        values = [contender.value for contender in page.contenders]
        if (page.entity, page.field) in REFERS or not choices.happens(0.3):
            return choices.pick(values)
        parts = PARTS[page.entity][page.field]
        if len(parts) == 1:
            return self.people.token()
        return {part: self.people.token() for part in parts}
