"""What becomes of rows: done, refused with a reason, or left for later; never a guess."""

import pytest

from kamsync.errors import Unsupported
from kamsync.model import Op, Outcome, Write
from kamsync_salesforce.sandbox.http.mishaps import LockRows
from kamsync_salesforce.sandbox.rules.settings import DuplicateRule, ValidationRule
from kamsync_salesforce.testing import TestOrg


def creating(values, stamp="stamp-1"):
    """Return a create."""
    return Write(Op.CREATE, None, values, key=stamp, stamp=stamp)


def updating(native_id, values, version=None):
    """Return an update."""
    return Write(Op.UPDATE, native_id, values, key="k", version=version)


def deleting(native_id, version=None):
    """Return a delete."""
    return Write(Op.DELETE, native_id, {}, key="k", version=version)


def held(connector, object_, native_id, *names):
    """Return what a record holds, None if it is gone."""
    values = connector.fetch(object_, names, [native_id])[native_id].values
    return None if values is None else [values[name] for name in names]


@pytest.fixture
def company(org):
    """Make an account by hand."""
    return org.create("Account", {"Name": "Nordwind"})


@pytest.fixture
def deal(org, company):
    values = {"Name": "Deal", "AccountId": company, "StageName": "Prospecting"}
    return org.create("Opportunity", {**values, "CloseDate": "2027-01-31", "Amount": 1000})


def test_a_row_that_cannot_be_read_stops_none_of_its_collection(connector):
    """The org refuses all of it, so its rows are sent alone."""
    rows = [creating({"Name": f"Company {n}"}, f"stamp-{n}") for n in range(5)]
    rows[2] = creating({"Name": "bad", "NoSuch__c": 1}, "stamp-bad")

    receipts = connector.write("Account", rows)

    outcomes = [receipt.outcome for receipt in receipts]
    assert [Outcome.DONE, Outcome.DONE, Outcome.REFUSED, Outcome.DONE, Outcome.DONE] == outcomes
    assert "NoSuch__c" in receipts[2].reason


def test_a_rule_of_the_admin_is_told_in_the_admins_words(org, connector, company):
    """With the field that it is about."""
    rule = ValidationRule("Account", "no_x", "Name = 'x'", "Companies have names.", "Name")
    org.org.settings.validation_rules.append(rule)

    [receipt] = connector.write("Account", [updating(company, {"Name": "x"})])

    assert Outcome.REFUSED is receipt.outcome
    assert "Companies have names." in receipt.reason
    assert "(Name)" in receipt.reason


def test_a_duplicate_rule_refuses_and_names_the_candidate(org, connector, company):
    """A person links or merges the two; it is never bypassed."""
    org.org.settings.duplicate_rules.append(DuplicateRule("Account", "same_name", ("Name",)))

    [receipt] = connector.write("Account", [creating({"Name": "Nordwind"})])

    assert Outcome.REFUSED is receipt.outcome
    assert company in receipt.reason


def test_a_unique_field_of_somebody_else_is_no_stamp_of_ours(org, connector, company):
    """What is there already is not taken for our own."""
    team = {"AccountId": company, "UserId": org.org.person("susan.lindt").id}
    team["TeamMemberRole"] = "Sales Rep"
    org.create("AccountTeamMember", team)

    [receipt] = connector.write("AccountTeamMember", [creating(team)])

    assert receipt.outcome in {Outcome.REFUSED, Outcome.DONE}
    if receipt.outcome is Outcome.REFUSED:
        assert receipt.reason


def test_without_a_unique_field_for_our_id_nothing_is_created():
    """A lost answer would make a second record."""
    org = TestOrg(stamped=())
    connector = org.connect()

    with pytest.raises(Unsupported, match="no unique field KamsyncId__c") as error:
        connector.write("Account", [creating({"Name": "Nordwind"})])

    assert "kamsync setup" in error.value.hint
    assert [] == org.rows("SELECT Id FROM Account")
    connector.close()
    org.close()


def test_people_are_never_made_or_changed(org, connector):
    """Whatever the configuration allows."""
    person = org.org.person("susan.lindt").id
    for write in (creating({"LastName": "New"}), updating(person, {"Title": "x"})):
        with pytest.raises(Unsupported, match="only read"):
            connector.write("User", [write])


def test_a_stage_is_written_where_the_org_draws_the_same_from_it(connector, deal):
    """What follows from it is not sent."""
    won = {"StageName": "Closed Won", "IsClosed": True, "IsWon": True, "Probability": 100}

    [receipt] = connector.write("Opportunity", [updating(deal, won)])

    assert Outcome.DONE is receipt.outcome
    assert ["Closed Won", True, True] == held(
        connector, "Opportunity", deal, "StageName", "IsClosed", "IsWon"
    )


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"StageName": "Closed Lost", "IsClosed": True, "IsWon": True}, "is lost, and won"),
        ({"StageName": "Dreaming", "IsClosed": False, "IsWon": False}, "no stage 'Dreaming'"),
        ({"IsClosed": True, "IsWon": True}, "follow from StageName"),
    ],
)
def test_a_stage_that_means_something_else_there_is_refused(connector, deal, values, reason):
    """Before anything is written."""
    [receipt] = connector.write("Opportunity", [updating(deal, values)])

    assert Outcome.REFUSED is receipt.outcome
    assert reason in receipt.reason
    assert ["Prospecting"] == held(connector, "Opportunity", deal, "StageName")


def test_an_amount_in_another_currency_than_the_orgs_is_refused(connector, company):
    """A number of dollars is no number of euros."""
    bad = {"AnnualRevenue": 5, "CurrencyIsoCode": "USD"}
    good = {"AnnualRevenue": 7, "CurrencyIsoCode": "EUR"}

    [refused] = connector.write("Account", [updating(company, bad)])
    [done] = connector.write("Account", [updating(company, good)])

    assert [Outcome.REFUSED, Outcome.DONE] == [refused.outcome, done.outcome]
    assert "in EUR, and this one is in USD" in refused.reason
    assert [7] == held(connector, "Account", company, "AnnualRevenue")


def test_an_id_among_the_values_reaches_no_other_record(org, connector, company):
    """Whatever a mapping says."""
    other = org.create("Account", {"Name": "Pinewood"})
    for name in ("Id", "id", "attributes"):
        [receipt] = connector.write("Account", [updating(company, {name: other, "Name": "x"})])
        assert Outcome.REFUSED is receipt.outcome
    assert ["Pinewood"] == held(connector, "Account", other, "Name")
    assert ["Nordwind"] == held(connector, "Account", company, "Name")


def test_shares_of_one_deal_are_written_together(org, connector, deal):
    """They must add up after each statement."""
    susan, paul = (org.org.person(name).id for name in ("susan.lindt", "paul.brandt"))
    share = {"OpportunityId": deal, "SplitType.DeveloperName": "Revenue"}
    first = {**share, "SplitOwnerId": susan, "SplitPercentage": 50}
    second = {**share, "SplitOwnerId": paul, "SplitPercentage": 50}
    made = connector.write("OpportunitySplit", [creating(first, "s1"), creating(second, "s2")])
    assert [Outcome.DONE, Outcome.DONE] == [receipt.outcome for receipt in made]
    org.clock.forward(60)
    ids = [receipt.native_id for receipt in made]
    versions = {
        id_: each.version for id_, each in connector.fetch("OpportunitySplit", [], ids).items()
    }
    org.counted()

    receipts = connector.write(
        "OpportunitySplit",
        [
            updating(ids[0], {"SplitPercentage": 60}, versions[ids[0]]),
            updating(ids[1], {"SplitPercentage": 40}, versions[ids[1]]),
        ],
    )

    assert [Outcome.DONE, Outcome.DONE] == [receipt.outcome for receipt in receipts]
    assert 2 == len(org.counted())
    assert [60] == held(connector, "OpportunitySplit", ids[0], "SplitPercentage")
    names = ("SplitType.DeveloperName",)
    assert ["Revenue"] == held(connector, "OpportunitySplit", ids[0], *names)


def test_of_shares_that_are_too_many_none_is_written(org, connector, deal):
    """The first that is too much is told, the others wait."""
    susan, paul = (org.org.person(name).id for name in ("susan.lindt", "paul.brandt"))
    share = {"OpportunityId": deal, "SplitType.DeveloperName": "Revenue"}
    first = {**share, "SplitOwnerId": susan, "SplitPercentage": 70}
    second = {**share, "SplitOwnerId": paul, "SplitPercentage": 50}

    receipts = connector.write("OpportunitySplit", [creating(first, "s1"), creating(second, "s2")])

    assert {Outcome.REFUSED, Outcome.LATER} == {receipt.outcome for receipt in receipts}
    assert [] == org.rows(f"SELECT Id FROM OpportunitySplit WHERE OpportunityId = '{deal}'")


def test_shares_that_somebody_else_changed_are_stale_as_a_whole(org, connector, deal):
    """Nothing of them is written."""
    susan, paul = (org.org.person(name).id for name in ("susan.lindt", "paul.brandt"))
    share = {"OpportunityId": deal, "SplitType.DeveloperName": "Revenue", "SplitPercentage": 30}
    made = connector.write(
        "OpportunitySplit",
        [
            creating({**share, "SplitOwnerId": susan}, "s1"),
            creating({**share, "SplitOwnerId": paul}, "s2"),
        ],
    )
    org.clock.forward(60)
    ids = [receipt.native_id for receipt in made]
    versions = {
        id_: each.version for id_, each in connector.fetch("OpportunitySplit", [], ids).items()
    }
    org.act("edit", object="OpportunitySplit", id=ids[0], values={"SplitPercentage": 20})

    receipts = connector.write(
        "OpportunitySplit",
        [updating(id_, {"SplitPercentage": 40}, versions[id_]) for id_ in ids],
    )

    assert [Outcome.STALE, Outcome.LATER] == [receipt.outcome for receipt in receipts]
    assert [20] == held(connector, "OpportunitySplit", ids[0], "SplitPercentage")
    assert [30] == held(connector, "OpportunitySplit", ids[1], "SplitPercentage")


def test_a_reference_to_nothing_is_refused_and_the_record_is_not_gone(connector, company):
    """The code is the same for both."""
    nobody = "001Kx00000zzzzz"

    [receipt] = connector.write("Account", [updating(company, {"ParentId": nobody})])

    assert Outcome.REFUSED is receipt.outcome
    assert receipt.reason


def test_a_record_that_was_purged_is_gone(org, connector, company):
    """And to delete it is done."""
    org.act("delete", object="Account", id=company)
    org.act("purge", object="Account", ids=[company])

    [updated] = connector.write("Account", [updating(company, {"Name": "x"})])
    [deleted] = connector.write("Account", [deleting(company)])

    assert Outcome.GONE is updated.outcome
    assert Outcome.DONE is deleted.outcome


def test_a_stamp_is_found_with_its_case_and_marks(connector):
    """Queries compare without case, and have marks of their own."""
    stamps = ["Account-ABC", "it's \\ a stamp", "50% _"]
    connector.write("Account", [creating({"Name": each}, each) for each in stamps])

    assert set(stamps) == set(connector.find("Account", ["Name"], [*stamps, "account-abc"]))


def test_none_clears_and_a_picklist_takes_what_is_active(connector, company):
    """A restricted one refuses all else."""
    [done] = connector.write(
        "Account", [updating(company, {"Phone": "+49 421 1", "Rating": "Hot"})]
    )
    [cleared] = connector.write("Account", [updating(company, {"Phone": None})])
    [refused] = connector.write("Account", [updating(company, {"CleanStatus": "golden"})])

    assert [Outcome.DONE, Outcome.DONE, Outcome.REFUSED] == [
        receipt.outcome for receipt in (done, cleared, refused)
    ]
    assert [None, "Hot"] == held(connector, "Account", company, "Phone", "Rating")


def test_shares_of_which_one_is_locked_are_sent_again_as_a_whole(org, connector, deal):
    """One alone would not add up with what is there."""
    susan, paul = (org.org.person(name).id for name in ("susan.lindt", "paul.brandt"))
    share = {"OpportunityId": deal, "SplitType.DeveloperName": "Revenue", "SplitPercentage": 50}
    rows = [
        creating({**share, "SplitOwnerId": susan}, "s1"),
        creating({**share, "SplitOwnerId": paul}, "s2"),
    ]
    ids = [receipt.native_id for receipt in connector.write("OpportunitySplit", rows)]
    org.server.faults.add(LockRows(path="/services/data/*/composite", ids=(ids[0],), times=1))

    receipts = connector.write(
        "OpportunitySplit",
        [updating(ids[0], {"SplitPercentage": 70}), updating(ids[1], {"SplitPercentage": 30})],
    )

    assert [Outcome.DONE, Outcome.DONE] == [receipt.outcome for receipt in receipts]
    assert [70] == held(connector, "OpportunitySplit", ids[0], "SplitPercentage")


@pytest.fixture
def shares(org, connector, deal):
    """Let two people share a deal, as kamsync writes it; returns the splits, the deal and a third."""
    susan, paul = (org.org.person(name).id for name in ("susan.lindt", "paul.brandt"))
    third = next(each.id for each in org.org.people if each.id not in {susan, paul})
    share = {"OpportunityId": deal, "SplitType.DeveloperName": "Revenue"}
    rows = [
        creating({**share, "SplitOwnerId": owner, "SplitPercentage": part}, f"s{part}")
        for owner, part in ((susan, 60), (paul, 40))
    ]
    ids = [receipt.native_id for receipt in connector.write("OpportunitySplit", rows)]
    org.clock.forward(60)
    return ids, {**share, "SplitOwnerId": third}


def of_deal(org, deal):
    """Return the percentages of a deal's living splits."""
    rows = org.rows(f"SELECT SplitPercentage FROM OpportunitySplit WHERE OpportunityId = '{deal}'")
    return sorted(row["SplitPercentage"] for row in rows)


def versions_of(connector, ids):
    """Return the present versions of splits."""
    found = connector.fetch("OpportunitySplit", [], ids)
    return [found[id_].version for id_ in ids]


def third_owner(connector, shares):
    """Return rows that let a third person share: two give, one is given."""
    ids, share = shares
    first, second = versions_of(connector, ids)
    return [
        creating({**share, "SplitPercentage": 20}, "s20"),
        updating(ids[0], {"SplitPercentage": 50}, first),
        updating(ids[1], {"SplitPercentage": 30}, second),
    ]


def test_a_third_owner_gets_what_the_others_give(org, connector, deal, shares):
    """In whatever order the rows come, no sum on the way is more than the whole."""
    receipts = connector.write("OpportunitySplit", third_owner(connector, shares))

    assert {Outcome.DONE} == {receipt.outcome for receipt in receipts}
    assert all(receipt.native_id for receipt in receipts)
    assert [20, 30, 50] == of_deal(org, deal)


def test_a_share_is_taken_over_from_one_that_ends(org, connector, deal, shares):
    """A delete and an update are one change, and a repetition finds it done."""
    ids, _ = shares
    rows = [updating(ids[0], {"SplitPercentage": 100}), deleting(ids[1])]

    receipts = connector.write("OpportunitySplit", rows)
    again = connector.write("OpportunitySplit", rows)

    assert [Outcome.DONE] * 2 == [receipt.outcome for receipt in receipts]
    assert [Outcome.DONE] * 2 == [receipt.outcome for receipt in again]
    assert [100] == of_deal(org, deal)


def test_a_third_owner_is_made_once(org, connector, deal, shares):
    """What was sent before without an answer is found by its stamp."""
    ids, share = shares
    rows = [
        updating(ids[0], {"SplitPercentage": 50}),
        updating(ids[1], {"SplitPercentage": 30}),
        creating({**share, "SplitPercentage": 20}, "s20"),
    ]
    first = connector.write("OpportunitySplit", rows)

    again = connector.write("OpportunitySplit", rows)

    assert [r.native_id for r in first] == [r.native_id for r in again]
    assert {Outcome.DONE} == {receipt.outcome for receipt in again}
    assert [20, 30, 50] == of_deal(org, deal)


def test_an_edit_in_between_stops_the_whole_set(org, connector, deal, shares):
    """Who changed a share is not overwritten, and nobody is given what was not given up."""
    rows = third_owner(connector, shares)
    org.act("edit", object="OpportunitySplit", id=shares[0][1], values={"SplitPercentage": 35})

    receipts = connector.write("OpportunitySplit", rows)

    assert [Outcome.LATER, Outcome.LATER, Outcome.STALE] == [r.outcome for r in receipts]
    assert [35, 60] == of_deal(org, deal)


def test_the_type_of_a_deal_is_a_field_like_any_other(connector, deal, company):
    """Its name is no part of what a row says of itself."""
    new = {"Name": "New", "AccountId": company, "StageName": "Prospecting"}
    new |= {"CloseDate": "2027-01-31", "Type": "New Customer"}

    [made] = connector.write("Opportunity", [creating(new)])
    [done] = connector.write("Opportunity", [updating(deal, {"Type": "New Customer"})])

    assert [Outcome.DONE] * 2 == [made.outcome, done.outcome], made.reason
    for native_id in (made.native_id, deal):
        assert ["New Customer"] == held(connector, "Opportunity", native_id, "Type")
