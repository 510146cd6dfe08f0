"""The sandbox as ``kamsync sandbox salesforce`` starts it."""

import pytest

from kamsync.errors import ConfigurationInvalid, KamsyncError
from kamsync.extensions import SandboxOptions
from kamsync.plugins import load_plugins
from kamsync_salesforce.sandbox.http.start import STAMPED


@pytest.fixture
def start(tmp_path):
    """Start it by the hook, with one account unless it is told otherwise, and close it in the end."""
    (tmp_path / "Account.csv").write_text("Id,Name,KamsyncId__c\na,Nordwind,k1\n")
    offered = load_plugins(["salesforce"]).sandboxes()["salesforce"]
    running = []

    def started(**options):
        running.append(offered.start(SandboxOptions(**(options or {"load": tmp_path}))))
        return running[-1]

    yield started
    for each in running:
        each.close()


def names(sandbox):
    """Return the names of all accounts."""
    found = sandbox.org.query(
        "SELECT Name FROM Account ORDER BY Name", sandbox.org.people.administrator
    )
    return [row["Name"] for row in found.rows]


def test_it_is_full_of_key_accounts_which_a_number_chooses(start):
    """The same number, the same accounts."""
    first, again, other = (names(start(seed=number, accounts=120)) for number in (1, 1, 2))

    assert first == again != other
    assert len(first) > 100


def test_it_starts_with_the_records_of_a_folder(start, tmp_path):
    """And with no others; a folder that cannot be used is refused with the reason."""
    assert ["Nordwind"] == names(start(load=tmp_path))
    (tmp_path / "Account.csv").write_text("Nothing\n1\n")
    with pytest.raises(KamsyncError):
        start(load=tmp_path)


def test_it_says_how_to_get_in_and_what_is_set_up(start):
    """For each way to log in what it takes, all of it in plain text."""
    sandbox = start()
    details = sandbox.details

    assert "KamsyncId__c" == details["external_id_field"]
    assert set(details["credentials"]) >= {
        name for needed in details["flows"].values() for name in needed
    }
    for object_ in STAMPED:
        assert sandbox.org.schema.object(object_).field("KamsyncId__c").unique
    assert {"sales", "success", "account"} <= {person["team"] for person in details["people"]}


def test_its_options_are_those_of_a_system_that_connects_to_it(start):
    """With the secret in the environment, where a configuration wants it."""
    from kamsync.redact import Secret
    from kamsync_salesforce.connector import Salesforce

    sandbox = start()
    options = {key: value for key, value in sandbox.options.items() if key != "connector"}
    secret = sandbox.details["environment"][options["client_secret"]["env"]]

    connector = Salesforce(**{**options, "client_secret": Secret(secret)})

    assert [] == [
        finding for finding in connector.check() if not finding.ok and finding.about == "connection"
    ]
    connector.close()


def test_faults_that_it_does_not_know_are_refused(start, tmp_path):
    """With those that it does."""
    file = tmp_path / "faults.toml"
    file.write_text('[[fault]]\ndo = "explode"\n')

    with pytest.raises(ConfigurationInvalid, match="explode") as refused:
        start(faults=file, load=tmp_path)

    assert "lock_rows" in refused.value.hint
