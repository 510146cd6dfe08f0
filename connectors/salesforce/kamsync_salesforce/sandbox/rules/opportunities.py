"""What follows from the stage, the amount and the close date of an opportunity."""

from __future__ import annotations

from datetime import date

from kamsync_salesforce.sandbox.rules.write import Write
from kamsync_salesforce.sandbox.state import State

__all__ = ["derive_opportunity"]

MONTHS_OF_QUARTER = 3


def derive_opportunity(org: State, write: Write) -> None:
    """Fill in what an org works out itself: closed, won, probability, forecast, fiscal period.

    A new stage brings its probability and forecast category, unless the same write gives them.
    Source: Object Reference, "Opportunity" (IsClosed, IsWon, Probability, ForecastCategory,
    ExpectedRevenue, Fiscal) and "OpportunityStage".
    """
    if write.object.name != "Opportunity":
        return
    if write.sets("StageName"):
        _follow_stage(org, write)
    elif write.sets("ForecastCategoryName"):
        _follow_category(write)
    amount, share = write.after.get("Amount"), write.after.get("Probability")
    if amount is None or share is None:
        write.set("ExpectedRevenue", None)
    else:
        write.set("ExpectedRevenue", round(amount * share / 100, 2))
    if write.sets("CloseDate"):
        _follow_close_date(write)


def _follow_stage(org: State, write: Write) -> None:
    """Take over what the stage says; one that is none of the org's says nothing but open."""
    stages = {name.lower(): stage for name, stage in org.settings.stages.items()}
    stage = stages.get(str(write.after["StageName"]).lower())
    if write.before is not None:
        write.set("LastStageChangeDate", write.at)
    write.set("IsClosed", int(stage is not None and stage.is_closed))
    write.set("IsWon", int(stage is not None and stage.is_won))
    if stage is not None and write.values.get("Probability") is None:
        write.set("Probability", stage.probability)
    if write.values.get("ForecastCategoryName") is None:
        write.set("ForecastCategoryName", stage.category_name if stage else "Pipeline")
        write.set("ForecastCategory", stage.category if stage else "Pipeline")
    else:
        _follow_category(write)


def _follow_category(write: Write) -> None:
    """Keep the forecast category in step with its name."""
    names = {"Best Case": "BestCase", "Commit": "Forecast", "Most Likely": "MostLikely"}
    name = str(write.after["ForecastCategoryName"])
    write.set("ForecastCategory", names.get(name, name))


def _follow_close_date(write: Write) -> None:
    """Work out the fiscal period, of a year that begins in January."""
    if write.after.get("CloseDate") is None:
        return
    day = date.fromisoformat(write.after["CloseDate"])
    quarter = (day.month - 1) // MONTHS_OF_QUARTER + 1
    write.set("FiscalYear", day.year)
    write.set("FiscalQuarter", quarter)
    write.set("Fiscal", f"{day.year} {quarter}")
