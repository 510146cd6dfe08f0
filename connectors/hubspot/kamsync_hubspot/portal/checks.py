"""What `kamsync check` and `kamsync setup` say of a portal: what is right, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kamsync.connector import Finding, SetupStep
from kamsync.errors import KamsyncError, RetryLater, Unsupported
from kamsync_hubspot.client.objects import COMPANIES, CONTACTS, DEALS
from kamsync_hubspot.client.refusals import Refusal
from kamsync_hubspot.client.transport import Transport
from kamsync_hubspot.portal.account import Account
from kamsync_hubspot.portal.catalogue import Catalogue
from kamsync_hubspot.portal.ourselves import Ourselves

__all__ = ["KEPT", "findings", "needed", "steps"]

KEPT = (COMPANIES, CONTACTS, DEALS)
"""The objects whose records keep our id."""

FEW_CALLS = 5000
SPLITTING = "crm.dealsplits.read_write"
UNIQUE = 'a unique property "{stamp}"'


def needed(objects: Sequence[str]) -> list[str]:
    """Return the scopes that reading and writing *objects* takes, the least."""
    kinds = ("objects.{}.read", "objects.{}.write", "schemas.{}.read")
    wanted = [f"crm.{kind.format(name)}" for name in objects for kind in kinds]
    return [*wanted, "crm.objects.owners.read"]


def wished(objects: Sequence[str], *, splits: bool) -> list[str]:
    """Return the scopes that are good to have: for `kamsync setup`, and for splits if they are read."""
    wanted = [f"crm.schemas.{name}.write" for name in objects]
    return [*wanted, SPLITTING] if splits else wanted


def findings(
    transport: Transport,
    account: Account,
    catalogue: Catalogue,
    ourselves: Ourselves,
    stamp: str,
    objects: Sequence[str],
) -> Iterator[Finding]:
    """Yield what is right and wrong, the connection first; nothing more if there is none."""
    try:
        details = account.details
    except KamsyncError as error:
        yield Finding(ok=False, about="connection", text=error.message, hint=error.hint)
        return
    yield Finding(
        ok=True,
        about="connection",
        text=f"The portal {details.portal_id} answers; its day ends at midnight in {details.time_zone}.",
    )
    yield from _scopes(account, objects)
    catalogue.forget()
    for object_ in objects:
        yield _object(catalogue, object_, stamp)
    yield _quota(transport)
    yield _history(account, ourselves)


def steps(
    catalogue: Catalogue, objects: Sequence[str], stamp: str, *, dry_run: bool
) -> Iterator[SetupStep]:
    """Yield what was made, or is to be, so that each record is created once."""
    catalogue.forget()
    for object_ in [name for name in dict.fromkeys(objects) if name in KEPT]:
        about = f"{object_}: {UNIQUE.format(stamp=stamp)}"
        try:
            known = catalogue.of(object_).get(stamp)
            if known is None and not dry_run:
                catalogue.add_unique(object_, stamp)
                known = catalogue.of(object_).get(stamp)
        except (Refusal, Unsupported) as error:
            yield SetupStep(done=False, text=about, hint=_by_hand(error, object_, stamp))
            continue
        if known is not None and not known.has_unique_value:
            hint = (
                f"There is a property {stamp} that does not keep its values unique, which can only be "
                "said when it is made. Take it away, or name another one as stamp."
            )
            yield SetupStep(done=False, text=about, hint=hint)
            continue
        yield SetupStep(done=known is not None, text=about)


def _by_hand(error: KamsyncError, object_: str, stamp: str) -> str:
    """Return how a person does what kamsync was not let."""
    return (
        f"{error.message} Give the token the scope crm.schemas.{object_}.write for the time of the "
        f"setup, or make the property yourself: Settings, Properties, single-line text, internal name "
        f"{stamp}, with unique values required."
    )


def _scopes(account: Account, objects: Sequence[str]) -> Iterator[Finding]:
    """Yield whether the token may do what is done with it, as far as HubSpot tells."""
    scopes = account.grant.scopes
    if scopes is None:
        return
    lacking = [scope for scope in needed(objects) if scope not in scopes]
    if lacking:
        text = f"The token lacks {', '.join(lacking)}."
        hint = "Add them to the service key or the app, or name what you do without under without."
        yield Finding(ok=False, about="permissions", text=text, hint=hint)
        return
    more = "" if SPLITTING in scopes else f" Splits stay out: it lacks {SPLITTING}."
    text = f"The token has the scopes that are needed.{more}"
    yield Finding(ok=True, about="permissions", text=text)


def _object(catalogue: Catalogue, object_: str, stamp: str) -> Finding:
    """Return whether records of an object can be created once."""
    try:
        known = catalogue.of(object_).get(stamp)
    except (Unsupported, RetryLater) as error:
        return Finding(ok=False, about=object_, text=error.message, hint=error.hint)
    if known is not None and known.has_unique_value:
        return Finding(ok=True, about=object_, text=f"They keep our id, in {stamp}.")
    text = f"They have no unique property {stamp}, so nothing is created there."
    hint = "To create records there, run: kamsync setup SYSTEM."
    return Finding(ok=True, about=object_, text=text, hint=hint)


def _quota(transport: Transport) -> Finding:
    """Return how many calls are left today."""
    left = transport.daily_left
    if left is None:
        return Finding(
            ok=True, about="quota", text="HubSpot does not tell how many calls are left today."
        )
    hint = "" if left >= FEW_CALLS else "Read less often, or wait until midnight in the portal."
    return Finding(
        ok=left >= FEW_CALLS, about="quota", text=f"{left:,} calls are left today.", hint=hint
    )


def _history(account: Account, ourselves: Ourselves) -> Finding:
    """Return whether our own entries can be told from everybody's in the histories."""
    if account.grant.app:
        ourselves.name(account.grant.app)
    if ourselves.is_known:
        text = "Histories tell who edited what, and which edits are ours."
        return Finding(ok=True, about="history", text=text)
    text = "Histories tell who edited what; which edits are ours is learnt from the first that we make."
    return Finding(ok=True, about="history", text=text)
