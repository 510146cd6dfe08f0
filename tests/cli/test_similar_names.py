"""What is typed wrong is answered with what is there, before the first round too."""

import pytest


@pytest.fixture
def strangers(hub):
    """A client that only sales knows, and no round yet."""
    hub.anna.create("account", {"name": "Nordwind Logistik GmbH", "domains": ["nordwind.de"]})
    return hub


@pytest.mark.parametrize("name", ["Nordwnd", "nordwind logstik", "logistik"])
def test_a_pilot_that_nobody_is_called_like_offers_similar_names(strangers, name):
    """The systems were read for it, so that their names are known."""
    result = strangers.run("plan", "--only", name)

    assert 64 == result.exit_code
    assert "Such as: Nordwind Logistik GmbH (account-" in result.stderr


def test_a_pilot_that_nothing_is_like_does_not_send_to_read_again(strangers):
    """Everything was read; a plan would tell no more."""
    told = strangers.run("plan", "--only", "Quittenhof").stderr

    assert "Nothing that was read and is in scope is called anything like that." in told


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        ("account.nam", "account has no field 'nam'; it has annual_revenue"),
        ("account.nam", "Did you mean 'name'?"),
        ("sales.account.nam", "Did you mean 'name'?"),
        ("sales.acount", "There is no entity 'acount'; there are account"),
        ("sales.acount", "Did you mean 'account'?"),
    ],
)
def test_a_field_that_is_not_there_cannot_be_shown(strangers, selector, said):
    """It is refused before anything is read, so that a script notices too."""
    result = strangers.run("plan", "--show", selector, "--json")

    assert 64 == result.exit_code
    assert said in result.stderr
    assert [] == strangers.document("history")


@pytest.mark.parametrize(
    ("selector", "near"),
    [
        ("acount", "'account'"),
        ("acount.name", "'account.name'"),
        ("slaes.account", "'sales.account'"),
        ("Nordwind Logstik", "'Nordwind Logistik GmbH'"),
    ],
)
def test_what_may_be_the_name_of_a_record_is_answered_with_what_is_like_it(
    strangers, selector, near
):
    """Nothing of the plan fits, and the reader is told what may have been meant."""
    shown = " ".join(strangers.run("plan", "--show", selector).stdout.split())

    assert f"No change of this plan fits '{selector}'. Did you mean {near}" in shown


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["conflicts", "shwo"], "There is no command 'shwo'. Did you mean 'show'?"),
        (["policy", "chekc"], "There is no command 'chekc'. Did you mean 'check'?"),
        (["schema", "acount"], "Did you mean 'account'?"),
        (["conflicts", "list", "--entity", "acount"], "Did you mean 'account'?"),
        (["conflicts", "list", "--field", "account.teir"], "Did you mean 'tier'?"),
        (["pause", "slaes"], "there are sales, success. Did you mean 'sales'?"),
        (["setup", "slaes"], "there are sales, success. Did you mean 'sales'?"),
    ],
)
def test_a_word_that_is_nearly_a_known_one_is_answered_with_it(hub, args, said):
    """Of a command below another one, of an entity, a field, and a system."""
    result = hub.run(*args)

    assert 64 == result.exit_code
    assert said in result.stderr


def test_what_is_there_and_does_not_change_is_no_mistake(strangers):
    """Nobody is asked whether they meant something else."""
    shown = strangers.run("plan", "--show", "account.phone").stdout

    assert "No change of this plan fits 'account.phone'.\n" in shown
