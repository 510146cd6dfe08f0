"""Records made from a number, from files, and kept in a file."""

import pytest

from kamsync.clock import SetClock
from kamsync.errors import ConfigurationInvalid
from kamsync.sandbox.world.making import make_world
from kamsync_salesforce.sandbox.filling import fill
from kamsync_salesforce.sandbox.load import load
from kamsync_salesforce.sandbox.org import Org
from kamsync_salesforce.sandbox.setup import external_id


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_bytes(text.encode(errors="surrogateescape"))
        return tmp_path

    return write


def test_the_same_world_makes_the_same_records(org, clock):
    """Ids and stamps are the same as well."""
    twin = Org(clock=SetClock(clock.now()))
    find = "SELECT Id, Name, OwnerId, ParentId, CreatedDate FROM Account ORDER BY Id"
    world = make_world(7, 40, clock.now().date())

    assert fill(org, world) == fill(twin, world)
    mine, theirs = (
        [dict(row) for row in each.query(find, each.people.integration).rows]
        for each in (org, twin)
    )
    assert mine == theirs
    assert 30 < len(mine) <= 41
    twin.close()


def test_splits_of_a_world_are_the_whole_and_lie_with_people_of_several_teams(org, rows, clock):
    """As commissions have it."""
    fill(org, make_world(1, 40, clock.now().date()))

    found = rows(
        "SELECT OpportunityId, SUM(SplitPercentage) s FROM OpportunitySplit GROUP BY OpportunityId"
    )
    teams = rows(
        "SELECT SplitOwner.Department d, COUNT(Id) FROM OpportunitySplit GROUP BY SplitOwner.Department"
    )
    assert {100.0} == {row["s"] for row in found}
    assert {"sales", "success"} <= {row["d"] for row in teams}


def test_files_follow_their_own_labels_and_keep_what_an_export_says(org, folder, rows):
    """Also to a record further down, and to people by their names."""
    load(
        org,
        folder(
            Account="Id,Name,ParentId,OwnerId,CreatedDate,IsDeleted\n"
            "A2,Below,A1,susan.lindt@kamsync.example,2025-01-02T03:04:05Z,false\n"
            'A1,"Acme, Ltd",,,2025-01-01T00:00:00.000+0000,0\n',
            Contact="LastName,AccountId,Email\nMüller,A2,m@x.de\nGone,,\n",
        ),
    )

    assert [
        {
            "LastName": "Müller",
            "Account": {
                "CreatedDate": "2025-01-02T03:04:05.000+0000",
                "Owner": {"Name": "Susan Lindt"},
                "Parent": {"Name": "Acme, Ltd"},
            },
        }
    ] == rows(
        "SELECT LastName, Account.CreatedDate, Account.Owner.Name, Account.Parent.Name"
        " FROM Contact WHERE Email != null"
    )


def test_ids_of_a_real_org_are_kept(org, folder, rows):
    """An export is found again under its own ids."""
    load(org, folder(Account="Id,Name\n0015400000AbcdEAAR,Acme\n"))

    assert [{"Id": "0015400000AbcdEAAR"}] == rows("SELECT Id FROM Account")


def test_a_custom_column_that_the_org_has_not_got_becomes_a_field(org, folder, rows):
    """Text, as long as most."""
    load(org, folder(Account="Name,Segment__c\nAcme,Gold\n"))

    assert [{"Segment__c": "Gold"}] == rows("SELECT Segment__c FROM Account")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "There is no CSV file"),
        ({"Acount": "Name\nA\n"}, "called after no object"),
        ({"Account": "Nme\nA\n"}, "Account.csv, line 2: Account has no field Nme"),
        ({"Account": "Name,AnnualRevenue\nA,much\n"}, "line 2: Cannot deserialize"),
        ({"Account": "Phone\n1\n"}, "Required fields are missing"),
        ({"Contact": "LastName,AccountId\nA,001000000000009AAA\n"}, "leads to no record"),
        ({"Account": "Id,Name\nA,A\nA,B\n"}, "A is there twice"),
        ({"Account": "Name,KamsyncId__c\nA,k\nB,K\n"}, "k is there twice"),
        ({"Account": 'Id,Name\n1,"A\n2,B\n'}, "Account.csv cannot be read"),
        ({"Account": "Name\nK\udcf6ln\n"}, "in UTF-8"),
    ],
)
def test_files_that_cannot_be_loaded_say_why_and_load_nothing(org, folder, rows, files, said):
    """With the file, and the line where it is one."""
    with pytest.raises(ConfigurationInvalid, match="(?i)" + said):
        load(org, folder(**files))

    assert [] == rows("SELECT Id FROM Account")
    assert [] == rows("SELECT Id FROM Contact")


def test_an_org_in_a_file_is_found_again_as_it_was(tmp_path, clock):
    """With its fields and record types, and no id is given twice."""
    path = tmp_path / "org.db"
    first = Org(path, clock=clock)
    first.add_field("Account", external_id())
    kind = first.add_record_type("Account", "Key", "Key account", default=True)
    values = {"Name": "Acme", "KamsyncId__c": "k1"}
    id_ = first.create("Account", values, first.people.integration)
    first.close()
    again = Org(path, clock=clock)
    hub = again.people.integration

    (row,) = again.query("SELECT Id, KamsyncId__c, RecordTypeId FROM Account", hub).rows
    assert (id_, "k1", kind) == (row["Id"], row["KamsyncId__c"], row["RecordTypeId"])
    assert id_ < again.create("Account", {"Name": "Next"}, hub)
    again.close()
