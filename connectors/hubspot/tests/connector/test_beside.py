"""What is kept beside records: owners, splits, assignments, stages and references."""

import pytest

from kamsync.errors import Unsupported
from kamsync.model import Op, Outcome, Write
from kamsync_hubspot.testing.world import PERSON, connected

SPLIT = ("deal", "owner", "fraction", "kind")
ROLE = ("company", "owner", "role")
ROLES = {"success_manager": "success_manager", "executive_sponsor": "sponsor"}


def owner(portal, name=PERSON):
    """The id of an owner."""
    people = portal.portal.people.all.values()
    return next(each.owner_id for each in people if each.name == name)


@pytest.fixture
def people(portal):
    """The ids of three owners."""
    return [owner(portal, name) for name in (PERSON, "Ingrid Solberg", "Kofi Mensah")]


@pytest.fixture
def deal(portal):
    """The id of a deal."""
    values = {"dealname": "Renewal", "dealstage": "contractsent", "pipeline": "default"}
    return portal.act(PERSON, "create", object="deals", values=values)


@pytest.fixture
def company(portal):
    """The id of a company."""
    return portal.act(PERSON, "create", object="companies", values={"name": "Nordwind"})


def create(values):
    """Return a write that makes something."""
    return Write(Op.CREATE, None, values, str(values), stamp=f"stamp {values}")


def split(deal, owner_id, fraction, **more):
    """Return a write that makes a split."""
    return create({"deal": deal, "owner": owner_id, "fraction": fraction, **more})


def told(connector, object_, names):
    """Return what reading tells of the living, by id."""
    pages = connector.read(object_, names, None)
    return {r.native_id: r.values for page in pages for r in page.readings if r.values}


class TestSplits:
    """A deal's splits are written whole, and only if they are the whole."""

    def test_splits_are_made_together(self, connector, deal, people):
        """Shares that sum to one are written at once, and read as one record for each owner."""
        one, two, _ = people

        receipts = connector.write(
            "deal_splits", [split(deal, one, "0.6"), split(deal, two, "0.4")]
        )

        assert [Outcome.DONE, Outcome.DONE] == [receipt.outcome for receipt in receipts]
        expected = {
            f"{deal}:{each}": {"deal": deal, "owner": each, "fraction": share, "kind": "revenue"}
            for each, share in ((one, "0.6"), (two, "0.4"))
        }
        assert expected == told(connector, "deal_splits", SPLIT)
        ids = [receipt.native_id for receipt in receipts]
        assert expected == {
            k: r.values for k, r in connector.fetch("deal_splits", SPLIT, ids).items()
        }

    def test_shares_that_are_not_the_whole_change_nothing(self, connector, deal, people):
        """Nobody gets a share that the others have already, and nobody loses one."""
        one, two, three = people
        connector.write("deal_splits", [split(deal, one, "0.6"), split(deal, two, "0.4")])
        before = told(connector, "deal_splits", SPLIT)

        [receipt] = connector.write("deal_splits", [split(deal, three, "0.2")])

        assert Outcome.REFUSED is receipt.outcome
        assert "1.2" in receipt.reason
        assert before == told(connector, "deal_splits", SPLIT)

    def test_what_lacks_the_owner_of_its_deal_is_not_sent_and_says_whose_part_is_missing(
        self, portal, connector, people
    ):
        """No call is made for what HubSpot never takes, and a person can mend it in either place."""
        one, two, three = people
        values = {"dealname": "Renewal", "dealstage": "contractsent", "pipeline": "default"}
        deal = portal.act(
            PERSON, "create", object="deals", values={**values, "hubspot_owner_id": one}
        )

        receipts = connector.write(
            "deal_splits", [split(deal, two, "0.6"), split(deal, three, "0.4")]
        )

        assert {Outcome.REFUSED} == {receipt.outcome for receipt in receipts}
        assert not [call for call in portal.calls if call.path.endswith("splits/batch/upsert")]
        [reason] = {receipt.reason for receipt in receipts}
        assert reason.startswith(f"{PERSON} owns Renewal in HubSpot and has no part in its splits")
        assert "Give the owner a part" in reason

    def test_a_deal_without_an_owner_is_split_among_anybody(self, connector, deal, people):
        """Only an owner that there is can be missing."""
        _, two, three = people

        receipts = connector.write(
            "deal_splits", [split(deal, two, "0.6"), split(deal, three, "0.4")]
        )

        assert {Outcome.DONE} == {receipt.outcome for receipt in receipts}

    def test_shares_are_changed_together(self, connector, deal, people):
        """Several rows about one deal are one change, whatever each of them is."""
        one, two, three = people
        connector.write("deal_splits", [split(deal, one, "0.6"), split(deal, two, "0.4")])
        rows = [
            Write(Op.UPDATE, f"{deal}:{one}", {"fraction": "0.5"}, "a"),
            Write(Op.DELETE, f"{deal}:{two}", {}, "b"),
            split(deal, three, "0.5"),
        ]

        receipts = connector.write("deal_splits", rows)

        assert {Outcome.DONE} == {receipt.outcome for receipt in receipts}
        shares = {k: each["fraction"] for k, each in told(connector, "deal_splits", SPLIT).items()}
        assert {f"{deal}:{one}": "0.5", f"{deal}:{three}": "0.5"} == shares

    def test_a_split_is_made_once(self, connector, deal, people):
        """A repeated create finds its share, and a share that changed since is not overwritten."""
        one, two, _ = people
        rows = [split(deal, one, "0.6"), split(deal, two, "0.4")]
        first = connector.write("deal_splits", rows)

        again = connector.write("deal_splits", rows)

        assert [r.native_id for r in first] == [r.native_id for r in again]
        assert {Outcome.DONE} == {receipt.outcome for receipt in again}

    def test_a_third_owner_gets_what_the_others_give(self, connector, deal, people):
        """Two updates and a create are one change, and a repetition finds it done."""
        one, two, three = people
        connector.write("deal_splits", [split(deal, one, "0.6"), split(deal, two, "0.4")])
        rows = [
            Write(Op.UPDATE, f"{deal}:{one}", {"fraction": "0.5"}, "a"),
            Write(Op.UPDATE, f"{deal}:{two}", {"fraction": "0.3"}, "b"),
            split(deal, three, "0.2"),
        ]

        receipts = [*connector.write("deal_splits", rows), *connector.write("deal_splits", rows)]

        assert {Outcome.DONE} == {receipt.outcome for receipt in receipts}
        shares = [each["fraction"] for each in told(connector, "deal_splits", SPLIT).values()]
        assert ["0.2", "0.3", "0.5"] == sorted(shares)

    def test_a_row_that_cannot_be_puts_its_deal_off(self, connector, deal, people):
        """The rows beside it are all right, and wait for it; another deal does not."""
        one, two, three = people
        connector.write("deal_splits", [split(deal, one, "0.6"), split(deal, two, "0.4")])
        rows = [
            Write(Op.UPDATE, f"{deal}:{one}", {"fraction": "0.5"}, "a"),
            Write(Op.UPDATE, f"{deal}:{three}", {"fraction": "0.5"}, "b"),
        ]

        receipts = connector.write("deal_splits", rows)

        assert [Outcome.LATER, Outcome.GONE] == [receipt.outcome for receipt in receipts]
        shares = [each["fraction"] for each in told(connector, "deal_splits", SPLIT).values()]
        assert ["0.4", "0.6"] == sorted(shares)

    def test_an_overlay_is_refused(self, connector, deal, people):
        """What comes on top of the whole is nothing that HubSpot keeps."""
        [receipt] = connector.write("deal_splits", [split(deal, people[0], "1", kind="overlay")])

        assert Outcome.REFUSED is receipt.outcome
        assert "overlay" in receipt.reason

    def test_a_split_that_went_is_gone(self, connector, deal, people):
        """A share that was given to somebody else is fetched as gone, not as missing."""
        one, two, _ = people
        connector.write("deal_splits", [split(deal, one, "1")])
        connector.write(
            "deal_splits", [Write(Op.DELETE, f"{deal}:{one}", {}, "a"), split(deal, two, "1")]
        )

        found = connector.fetch("deal_splits", SPLIT, [f"{deal}:{one}", "no such split"])

        assert {f"{deal}:{one}": None} == {key: each.values for key, each in found.items()}

    def test_a_portal_without_splits_has_none(self, portal, connector, deal):
        """Where the token may not see them nothing is read, and nothing is said to be gone."""
        scopes = frozenset({"crm.objects.deals.read"})
        portal.run(setattr, portal.service.tokens, "scopes", scopes)

        assert {} == told(connector, "deal_splits", SPLIT)
        with pytest.raises(Unsupported) as raised:
            connector.fetch("deal_splits", SPLIT, [f"{deal}:{owner(portal)}"])
        assert "crm.dealsplits.read_write" in raised.value.hint


class TestAssignments:
    """A role is a property of the company that names an owner."""

    @pytest.fixture
    def connector(self, portal):
        made = connected(portal, roles=ROLES)
        for name in ROLES.values():
            body = {
                "name": name,
                "label": name,
                "groupName": "companyinformation",
                "type": "enumeration",
                "fieldType": "select",
                "referencedObjectType": "OWNER",
                "externalOptions": True,
            }
            made.transport.send(made.transport.paths.properties, body, object="companies")
        yield made
        made.close()

    def test_an_assignment_is_an_owner_in_a_property(self, portal, connector, company, people):
        """It is made, changed and ended by what the property says."""
        row = {"company": company, "owner": people[0], "role": "success_manager"}

        [made] = connector.write("company_owners", [create(row)])

        assert (Outcome.DONE, f"{company}:success_manager") == (made.outcome, made.native_id)
        assert {made.native_id: row} == told(connector, "company_owners", ROLE)
        change = Write(Op.UPDATE, made.native_id, {"owner": people[1]}, "change")
        [changed] = connector.write("company_owners", [change])
        assert Outcome.DONE is changed.outcome
        held = portal.act(PERSON, "read", object="companies", id=company)["properties"]
        assert people[1] == held["success_manager"]
        [ended] = connector.write("company_owners", [Write(Op.DELETE, made.native_id, {}, "end")])
        assert Outcome.DONE is ended.outcome
        assert {} == told(connector, "company_owners", ROLE)

    def test_nobody_is_put_out_by_a_create(self, connector, company, people):
        """A role that somebody has is refused to others, and granted again to the same person."""
        row = {"company": company, "owner": people[0], "role": "success_manager"}
        connector.write("company_owners", [create(row)])

        [again] = connector.write("company_owners", [create(row)])
        [other] = connector.write("company_owners", [create({**row, "owner": people[1]})])

        assert [Outcome.DONE, Outcome.REFUSED] == [again.outcome, other.outcome]
        assert [row] == list(told(connector, "company_owners", ROLE).values())

    def test_who_was_named_when_is_told(self, portal, connector, company, people):
        """The history of the property is the history of the assignment."""
        portal.clock.forward(60)
        for each in people[:2]:
            portal.clock.forward(60)
            values = {"success_manager": each}
            portal.act(PERSON, "edit", object="companies", id=company, values=values)

        entries = connector.history("company_owners", ROLE, {f"{company}:success_manager": "0"})

        named = [(e.values["owner"], e.author.name) for e in entries[f"{company}:success_manager"]]
        assert [(people[0], PERSON), (people[1], PERSON)] == named

    def test_a_role_without_a_property_is_refused(self, connector, company, people):
        """What the portal has no property for is told, and not put anywhere else."""
        row = {"company": company, "owner": people[0], "role": "sales_rep"}

        [receipt] = connector.write("company_owners", [create(row)])

        assert Outcome.REFUSED is receipt.outcome

    def test_without_roles_there_are_no_assignments(self, portal):
        """Nothing is asked for, and nothing can be written."""
        connector = connected(portal)
        portal.calls.clear()

        assert {} == told(connector, "company_owners", ROLE)
        assert 0 == len(portal.calls)
        assert not connector.describe()["company_owners"].can
        with pytest.raises(Unsupported):
            connector.write("company_owners", [create({})])
        connector.close()


class TestOwners:
    """Owners are matched, and never written."""

    def test_owners_are_read(self, portal, connector, people):
        """Everybody is told, with what an employee is known by."""
        found = told(connector, "owners", ("email", "firstName", "lastName", "status", "team"))

        assert "active" == found[people[0]]["status"]
        assert {"firstName": "Ada", "lastName": "Weber", "team": "Sales"}.items() <= found[
            people[0]
        ].items()
        assert len(portal.portal.people.all) == len(found)

    def test_an_owner_is_never_written(self, connector, people):
        """Neither made nor changed."""
        with pytest.raises(Unsupported):
            connector.write("owners", [create({"email": "x@y.example"})])
        with pytest.raises(Unsupported):
            connector.write("owners", [Write(Op.UPDATE, people[0], {"email": "x"}, "key")])


class TestReferences:
    """A reference is an association of the type that says it."""

    def test_the_primary_company_is_the_account(self, portal, connector, company):
        """Only the primary company is told; what else is associated stays as it is."""
        other = portal.act(PERSON, "create", object="companies", values={"name": "Other"})
        [contact] = connector.write(
            "contacts", [create({"lastname": "Brandt", "association.company": company})]
        )
        name = "association.company"
        assert company == held(connector, "contacts", contact.native_id, name)

        update = Write(Op.UPDATE, contact.native_id, {name: other}, "key")
        [moved] = connector.write("contacts", [update])

        assert Outcome.DONE is moved.outcome
        assert other == held(connector, "contacts", contact.native_id, name)

    def test_a_reference_is_cleared(self, connector, company):
        """The primary label goes; that the two have to do with each other stays."""
        [contact] = connector.write(
            "contacts", [create({"lastname": "Brandt", "association.company": company})]
        )
        clear = Write(Op.UPDATE, contact.native_id, {"association.company": None}, "key")

        [receipt] = connector.write("contacts", [clear])

        assert Outcome.DONE is receipt.outcome
        assert held(connector, "contacts", contact.native_id, "association.company") is None

    def test_one_contact_of_a_deal_is_its_contact(self, portal, connector, deal):
        """Where there are several, HubSpot names no first one, and so does nobody here."""
        name = "association.contact"
        ids = [
            portal.act(PERSON, "create", object="contacts", values={"lastname": each})
            for each in ("Brandt", "Okafor")
        ]
        assert held(connector, "deals", deal, name) is None
        for place, contact in enumerate(ids):
            portal.act(PERSON, "associate", object="deals", id=deal, to="contacts", to_id=contact)
            found = connector.fetch("deals", [name], [deal])[deal].values
            assert ({} if place else {name: ids[0]}) == found


def held(connector, object_, native_id, name):
    """Return what a record holds of one name."""
    return connector.fetch(object_, [name], [native_id])[native_id].values[name]


class TestStages:
    """What a stage means is told by its pipeline."""

    NAMES = ("dealstage", "stage.status", "stage.probability")

    def test_a_stage_brings_its_meaning(self, connector, deal):
        """Status and probability are the stage's, in readings and in histories."""
        won = {"dealstage": "closedwon", "stage.status": "won", "stage.probability": "1"}

        [receipt] = connector.write("deals", [Write(Op.UPDATE, deal, won, "key")])

        assert Outcome.DONE is receipt.outcome
        expected = {"dealstage": "closedwon", "stage.status": "won", "stage.probability": "1.0"}
        assert expected == connector.fetch("deals", self.NAMES, [deal])[deal].values
        entries = connector.history("deals", self.NAMES, {deal: "0"})[deal]
        assert expected == entries[-1].values

    def test_a_status_that_the_stage_does_not_have_is_refused(self, connector, deal):
        """A deal is not won by saying so while it stands in an open stage."""
        wrong = {"dealstage": "contractsent", "stage.status": "won"}

        [receipt] = connector.write("deals", [Write(Op.UPDATE, deal, wrong, "key")])

        assert Outcome.REFUSED is receipt.outcome
        assert "open" in receipt.reason

    @pytest.mark.parametrize("name", ["stage.status", "stage.probability"])
    def test_what_a_stage_means_is_not_written_without_a_stage(self, connector, deal, name):
        """It is never called done while nothing is written, which every round would repeat."""
        wrong = Write(Op.UPDATE, deal, {name: "0.1"}, "key")

        [receipt] = connector.write("deals", [wrong])

        assert Outcome.REFUSED is receipt.outcome
        assert "pipeline" in receipt.reason

    def test_a_probability_that_the_stage_does_not_have_is_refused(self, connector, deal):
        """It would be written again in every round, since the stage keeps its own."""
        wrong = {"dealstage": "contractsent", "stage.status": "open", "stage.probability": "0.1"}

        [receipt] = connector.write("deals", [Write(Op.UPDATE, deal, wrong, "key")])

        assert Outcome.REFUSED is receipt.outcome
        assert "0.9" in receipt.reason


class TestLateWrites:
    """HubSpot refuses no late write; what has no history is compared just before."""

    def test_a_write_that_does_not_know_the_splits_as_they_are_is_stale(
        self, portal, connector, deal, people
    ):
        """Who changed them since they were read is not overwritten, and is read next."""
        one, two, three = people
        connector.write("deal_splits", [split(deal, one, "0.6"), split(deal, two, "0.4")])
        ids = [f"{deal}:{one}", f"{deal}:{two}"]
        connector.fetch("deal_splits", SPLIT, ids)
        portal.act(PERSON, "split", id=deal, shares={one: "0.5", two: "0.3", three: "0.2"})
        rows = [
            Write(Op.UPDATE, ids[0], {"fraction": "0.9"}, "a"),
            Write(Op.UPDATE, ids[1], {"fraction": "0.1"}, "b"),
        ]

        receipts = connector.write("deal_splits", rows)

        assert {Outcome.STALE} == {each.outcome for each in receipts}
        shares = [each["fraction"] for each in told(connector, "deal_splits", SPLIT).values()]
        assert ["0.2", "0.3", "0.5"] == sorted(shares)

    def test_a_write_that_does_not_know_the_reference_as_it_is_is_stale(
        self, portal, connector, company
    ):
        """Nothing of the row is written; one that knows is."""
        parents = [
            portal.act(PERSON, "create", object="companies", values={"name": name})
            for name in ("One", "Two", "Three")
        ]
        names = ("name", "association.parent")
        connector.fetch("companies", names, [company])
        portal.act(
            PERSON,
            "associate",
            object="companies",
            id=company,
            to="companies",
            to_id=parents[0],
            label="Parent Company",
        )
        values = {"name": "New", "association.parent": parents[1]}

        [late] = connector.write("companies", [Write(Op.UPDATE, company, values, "a")])
        there = connector.fetch("companies", names, [company])[company].values
        [known] = connector.write("companies", [Write(Op.UPDATE, company, values, "b")])

        assert Outcome.STALE == late.outcome
        assert {"name": "Nordwind", "association.parent": parents[0]} == there
        assert Outcome.DONE == known.outcome
        assert values == connector.fetch("companies", names, [company])[company].values
