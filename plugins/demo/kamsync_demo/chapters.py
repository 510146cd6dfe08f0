"""The story in chapters; each returns its figures, counted in what happened."""

from __future__ import annotations

from typing import Any

from kamsync.clock import SystemClock
from kamsync.engine import resolve_conflict, undo_round
from kamsync.model import Conflict, Decision
from kamsync.reports import Sight, overview, values_for
from kamsync_demo.proof import clobbers, created_twice, fates, own_writes
from kamsync_demo.stage import Stage
from kamsync_demo.telling import Telling
from kamsync_demo.world import HERO, TWIN

__all__ = ["CHAPTERS", "proven"]

Figures = dict[str, Any]

RENEWAL = f"{HERO} renewal 2027"
ADA, TOMAS, PRIYA, JONAS = "Ada Weber", "Tomás Rivera", "Priya Raman", "Jonas Holm"
MARA = "Mara Lindqvist"


def first_meeting(stage: Stage, tell: Telling) -> Figures:
    """Let three systems meet that spell the same accounts differently."""
    tell.chapter(
        "Three systems meet",
        "Sales, success and account management spell the same clients in their own ways.",
    )
    tell.ran("plan")
    clock = SystemClock()
    began = clock.now()
    round_ = stage.preview()
    took_s = (clock.now() - began).total_seconds()
    plan = overview(stage.hub, round_, Sight(stage.hub.schema))
    tell.plan(stage.hub, plan, took_s)
    tell.ran(f"sync --approve {plan.plan}")
    done = stage.round(approve=plan.plan)
    tell.written(done)
    tell.say(
        f"{done.written:,} of {plan.writes:,} planned writes were made. {done.held} question waits:"
        f" sales holds {TWIN} twice."
    )
    return {
        "read": plan.read,
        "matched": round_.matched,
        "planned": plan.writes,
        "written": done.written,
        "filled": sum(each.acts.get("set", 0) for each in plan.fields.values()),
        "settled": sum(each.acts.get("settled", 0) for each in plan.fields.values()),
        "open": done.held,
    }


def same_minute(stage: Stage, tell: Telling) -> Figures:
    """Let three teams edit one account, its renewal and its owner in the same minute."""
    tell.chapter(
        "The same minute",
        f"Three teams edit {HERO}, its renewal and its owner, unaware of each other.",
    )
    stage.begin_minute()
    account, renewal = stage.record(HERO), stage.record(RENEWAL)
    ada, jonas = stage.record(ADA), stage.record(JONAS)
    edits = [
        stage.edit(ADA, "sales", "opportunity", renewal, {"Stage": "Negotiation", "Percent": 75}),
        stage.edit(TOMAS, "success", "account", account, {"health": "yellow"}),
        stage.edit(ADA, "sales", "opportunity", renewal, {"Amount": "52500.00"}),
        stage.edit(TOMAS, "success", "opportunity", renewal, {"renews_on": "2027-01-31"}),
        stage.edit(PRIYA, "account", "opportunity", renewal, {"amount": 46000}),
        stage.edit(ADA, "sales", "account", account, {"OwnerId": stage.native("sales", ada)}),
        stage.edit(
            PRIYA, "account", "account", account, {"manager": stage.native("account", jonas)}
        ),
        stage.edit(PRIYA, "account", "opportunity", renewal, {"close_date": "2026-11-30"}),
    ]
    tell.edits(edits)
    tell.ran("sync")
    round_ = stage.round()
    tell.outcomes(stage.hub, round_.id)
    acts = [counts.acts for counts in round_.merged.fields.values()]
    return {
        "edits": len(edits),
        "flowed": sum(each.get("set", 0) for each in acts),
        "settled": sum(each.get("settled", 0) for each in acts),
        "held": sum(each.get("held", 0) for each in acts),
        "written": round_.written,
    }


def decision(stage: Stage, tell: Telling) -> Figures:
    """Let a person decide what no rule may."""
    tell.chapter("A person decides", "While the owner is held, no system is written for it.")
    hub, account = stage.hub, stage.record(HERO)
    conflict = _owner_conflict(stage, account)
    tell.ran(f"conflicts show {conflict.id}")
    tell.question(hub, conflict)
    stage.clock.wait(90)
    kept = values_for(conflict, "account")
    why = "Account management leads it"
    resolve_conflict(
        hub, conflict.id, conflict.version, Decision(MARA, hub.now(), kept.value, reason=why)
    )
    tell.ran(f'conflicts resolve {conflict.id} --keep account --by "{MARA}" --why "{why}"', "sync")
    round_ = stage.round()
    owners = _owners(stage, account)
    tell.say(f"{round_.written} systems were written; {_all_say(owners)}.")
    tell.ran(f'explain "{HERO}" owner')
    tell.explained(hub, hub.store.records.by_id([account])[account], "owner")
    return {"written": round_.written, "owners": owners}


def undo(stage: Stage, tell: Telling) -> Figures:
    """Undo the round of the decision, and write that everywhere."""
    tell.chapter("Undo", "A decision is a round of its own, and every round can be undone.")
    hub, account = stage.hub, stage.record(HERO)
    decided = next(each for each in hub.store.rounds.list(100) if each.kind == "decision")
    tell.ran(f"undo {decided.number} --yes", "sync")
    undone = undo_round(hub, decided)
    round_ = stage.round()
    owners = _owners(stage, account)
    tell.say(
        f"{len(undone.back)} value was put back, {round_.written} systems were written;"
        f" {_all_say(owners)} again."
    )
    return {"back": len(undone.back), "written": round_.written, "owners": owners}


def covered_edit(stage: Stage, tell: Telling) -> Figures:
    """Overwrite an edit in the instant of a write, and find it again."""
    tell.chapter(
        "An edit under our own write",
        "The system of success keeps what comes last; Tomás saves as a write lands.",
    )
    account = stage.record(HERO)
    note, urgent = "Renewal talks on 3 December.", "Two outages last week: call them first."
    edits = [stage.edit(PRIYA, "account", "account", account, {"description": note})]
    stage.trouble["success"].racing = lambda: edits.append(
        stage.edit(TOMAS, "success", "account", account, {"notes": urgent})
    )
    stage.round()
    covered = stage.values("success", account, "account")["notes"]
    tell.edits(edits)
    tell.say(f'sync: success holds "{covered}" now, and the words of Tomás are gone there.')
    stage.settle()
    held = {
        system: stage.values(system, account, "account")[name]
        for system, name in (("sales", "Notes"), ("success", "notes"), ("account", "description"))
    }
    tell.say(
        f"sync: its history told of them, and the latest edit wins: all {len(held)} hold"
        f' "{" ≠ ".join(sorted(set(held.values())))}"'
    )
    return {"covered": covered == note, "recovered": set(held.values()) == {urgent}}


def lost_answer(stage: Stage, tell: Telling) -> Figures:
    """Lose the answer to a create, and create nothing twice."""
    tell.chapter(
        "A lost answer",
        "Ada adds a contact; success creates it, but the line breaks before it can say so.",
    )
    company = stage.native("sales", stage.record(HERO))
    values = {
        "CompanyId": company,
        "FirstName": "Marta",
        "LastName": "Klein",
        "Email": "marta.klein@nordwind.example",
    }
    stage.create(ADA, "sales", "contact", values)
    stage.trouble["success"].deaf = "write"
    broken = stage.round()
    again = stage.round()
    created = sum(pushed.created for pushed in again.pushed.values())
    copies = {
        system: sum(each.get(name) == "Klein" for each in world.records(object_).values())
        for (system, world), (object_, name) in zip(
            stage.worlds.items(),
            (("Person", "LastName"), ("contact", "last_name"), ("contact", "last_name")),
            strict=True,
        )
    }
    down = ", ".join(each.system for each in broken.down)
    tell.say(f"sync: {down} did not answer; the others were served.")
    tell.say(
        f"sync: {down} keeps no ids of ours, so it was searched for what was sent, and had it:"
        f" {created} created again."
    )
    return {"down": len(broken.down), "created_again": created, "copies": copies}


def proven(stage: Stage, tell: Telling) -> tuple[Figures, bool]:
    """Run one more round, and count what the story promised; return whether all of it holds."""
    tell.chapter("Proof", "Counted in the systems themselves, act by act, and in the journal.")
    before = own_writes(stage)
    stage.round()
    writes = own_writes(stage) - before
    fate, doubles, (unseen, found) = fates(stage), created_twice(stage), clobbers(stage)
    faults = stage.hub.store.verify()
    became = (
        f"{fate.golden:,} golden, {fate.superseded} superseded, {fate.losers} named as losers,"
        f" {fate.waiting} waiting, {len(fate.lost)} lost"
    )
    lines = [
        (not fate.lost, f"{fate.values:,} values that people entered: {became}."),
        (not unseen, f"{unseen} edits were overwritten unseen; {found} was covered, and found."),
        (not doubles, f"{doubles} records were created twice."),
        (not writes, f"{writes} writes in one more round."),
        (not faults, f"{stage.hub.store.journal.head()[0]:,} entries of the journal, unbroken."),
    ]
    tell.proof(lines)
    figures = {
        "values": fate.values,
        "golden": fate.golden,
        "superseded": fate.superseded,
        "losers": fate.losers,
        "waiting": fate.waiting,
        "lost": list(fate.lost),
        "overwritten_unseen": unseen,
        "found_in_history": found,
        "duplicates": doubles,
        "last_round_writes": writes,
        "store_faults": faults,
    }
    return figures, all(holds for holds, _ in lines)


def _owner_conflict(stage: Stage, account: str) -> Conflict:
    """Return the open question about who owns *account*."""
    return stage.hub.store.reviews.open_for([account])[account, "owner"]


def _owners(stage: Stage, account: str) -> dict[str, str]:
    """Return who owns *account*, as each system says."""
    fields = {"sales": "OwnerId", "success": "key_account_manager", "account": "manager"}
    owners = {}
    for system, name in fields.items():
        native_id = stage.values(system, account, "account")[name]
        employee = stage.hub.store.links.records(system, "employee", [native_id])[native_id]
        golden = stage.hub.store.records.by_id([employee])[employee].fields["name"].value
        owners[system] = f"{golden['first_name']} {golden['last_name']}"
    return owners


def _all_say(owners: dict[str, str]) -> str:
    """Return what the systems say, and whether it is one thing."""
    said = sorted(set(owners.values()))
    return f"all {len(owners)} say {said[0]}" if len(said) == 1 else " ≠ ".join(owners.values())


CHAPTERS = (first_meeting, same_minute, decision, undo, covered_edit, lost_answer)
"""The story in its order; the proof follows it."""
