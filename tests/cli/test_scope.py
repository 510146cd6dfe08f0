"""A scope that can select nothing is refused: nobody is to approve what is left without its accounts."""

import pytest


@pytest.fixture
def staffed(hub):
    """An account, and an employee in both systems whom no scope leaves out."""
    hub.anna.create("account", {"name": "Nordwind", "tier": "key"})
    for person in (hub.anna, hub.bo):
        person.create("employee", {"email": "ada@example.com", "number": "7"})
    return hub


@pytest.fixture
def by_tier(staffed):
    """The key accounts alone."""
    staffed.configure(f'{staffed.file.read_text()}\n[scope.account]\ntier = ["key"]\n')
    return staffed


def unmap_tier(hub):
    """Let no system tell a tier."""
    text = hub.file.read_text()
    for system in ("sales", "success"):
        text += f"\n[system.{system}.map.account.fields]\ntier = false\n"
    hub.configure(text)


def test_no_approval_is_offered_where_no_system_maps_what_the_scope_selects_by(by_tier):
    """`check` says the same as `plan`, and both say what could be selected by instead."""
    unmap_tier(by_tier)

    planned, checked = by_tier.run("plan"), by_tier.document("check", status=1)

    assert 64 == planned.exit_code
    [problem] = [each for each in checked["findings"] if each["level"] == "problem"]
    assert problem["text"].startswith("[scope.account] selects by tier, which no system tells")
    assert problem["text"] in planned.stderr
    assert problem["hint"] in planned.stderr
    assert "employees" in problem["hint"]
    assert "billing_address" not in problem["hint"]


def test_no_approval_is_offered_where_a_system_hides_what_the_scope_selects_by(by_tier, shy):
    """It names the field, and where which native field of it is missing."""
    shy("tier")

    results = [by_tier.run("plan"), by_tier.run("sync")]

    assert {64} == {each.exit_code for each in results}
    for each in results:
        assert "[scope.account] selects by tier, and sales does not show tier" in each.stderr
        assert "--approve" not in each.stdout + each.stderr


def test_a_scope_that_fits_no_account_is_noticed(hub):
    """It may be right, or a value typed wrong; the plan would else seem to be of agreement."""
    hub.anna.create("account", {"name": "Nordwind"})
    hub.configure(f'{hub.file.read_text()}\n[scope.account]\nname = ["Nordwnd"]\n')

    shown = hub.run("plan").stdout
    checked = [each["text"] for each in hub.document("check")["findings"]]

    assert "! No account that was read is in scope; see [scope.account]." in shown
    assert "Next: kamsync check" in shown
    assert "No account that was read is in scope." in checked


def test_a_scope_that_fits_an_account_is_not(by_tier):
    """Nothing is said of it, before the first reading either."""
    told = [by_tier.run(*args).stdout for args in (["check"], ["plan"], ["check"])]

    assert [] == [each for each in told if "is in scope" in each]


def test_what_was_in_scope_goes_on_once_its_field_is_hidden(by_tier, shy):
    """The scope has selected something, and a hidden field ends nobody's round."""
    by_tier.meet()
    shy("tier")

    assert 0 == by_tier.run("sync", "--sweep").exit_code
