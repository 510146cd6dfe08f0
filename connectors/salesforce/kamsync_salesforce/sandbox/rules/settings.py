"""What an admin has set up: tracked fields, validation and duplicate rules, stages and the like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from kamsync_salesforce.sandbox.metadata.schema import Schema

__all__ = ["DuplicateRule", "Settings", "Stage", "ValidationRule"]


class ValidationRule(Struct, frozen=True):
    """A rule of the admin: a record that meets *fails_where* is refused with *message*.

    The condition is one of SOQL, as in `Amount = null AND StageName = 'Closed Won'`.
    Source: Object Reference, "ValidationRule"; Salesforce Help, "Validation Rules".
    """

    object: str
    name: str
    fails_where: str
    message: str
    field: str | None = None


class DuplicateRule(Struct, frozen=True):
    """A rule that finds records with the same values in *fields*, and blocks or warns.

    Source: Salesforce Help, "Duplicate Rules"; REST API Developer Guide, "Duplicate Rule Header".
    """

    object: str
    name: str
    fields: tuple[str, ...]
    blocks: bool = False
    message: str = "Use one of these records?"
    matching_rule: str = ""


class Stage(Struct, frozen=True):
    """A stage of an opportunity and what follows from it."""

    name: str
    probability: float
    category: str
    category_name: str
    is_closed: bool = False
    is_won: bool = False


# Source: Object Reference, "OpportunityStage"; the stages that a new org has.
STAGES = (
    Stage("Prospecting", 10.0, "Pipeline", "Pipeline"),
    Stage("Qualification", 10.0, "Pipeline", "Pipeline"),
    Stage("Needs Analysis", 20.0, "Pipeline", "Pipeline"),
    Stage("Value Proposition", 50.0, "Pipeline", "Pipeline"),
    Stage("Id. Decision Makers", 60.0, "Pipeline", "Pipeline"),
    Stage("Perception Analysis", 70.0, "Pipeline", "Pipeline"),
    Stage("Proposal/Price Quote", 75.0, "Pipeline", "Pipeline"),
    Stage("Negotiation/Review", 90.0, "Pipeline", "Pipeline"),
    Stage("Closed Won", 100.0, "Closed", "Closed", is_closed=True, is_won=True),
    Stage("Closed Lost", 0.0, "Omitted", "Omitted", is_closed=True),
)
# At most twenty fields of an object are tracked. Source: Salesforce Help, "Field History Tracking".
MOST_TRACKED = 20
TRACKED = {
    "Account": "Name OwnerId ParentId Industry Phone Website AnnualRevenue Type",
    "Contact": "AccountId Email FirstName LastName OwnerId Phone Title",
    "Opportunity": "AccountId Amount CloseDate Name OwnerId Probability StageName",
    "Case": "Status OwnerId Priority",
    "Contract": "Status OwnerId",
}


class Settings:
    """The set-up of an org; tests and the control endpoint change it while it runs."""

    def __init__(self) -> None:
        self.validation_rules: list[ValidationRule] = []
        self.duplicate_rules: list[DuplicateRule] = []
        self.stages: dict[str, Stage] = {stage.name: stage for stage in STAGES}
        self.tracked: dict[str, set[str]] = {
            object_: set(fields.split()) for object_, fields in TRACKED.items()
        }
        # Records that another transaction holds, by id.
        self.locked: set[str] = set()
        # Whether a merge moves the stamps of what pointed at a loser; not known of real orgs.
        self.merge_moves_stamps = False
        # Since when the log of deleted records is complete, for objects whose log was cut.
        self.log_cut: dict[str, datetime] = {}

    def track(self, schema: Schema, object_: str, fields: Sequence[str]) -> None:
        """Keep the history of *fields*, and of no others; an org takes up to twenty."""
        known = schema.object(object_).fields
        assert len(fields) <= MOST_TRACKED, fields
        assert all(name in known for name in fields), fields
        self.tracked[object_] = set(fields)
