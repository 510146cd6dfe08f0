"""What only relates others is recognised by whom it relates, all of them at once."""

import pytest

ENTITIES = ("employee", "account", "assignment")


@pytest.fixture
def two(stage):
    """Sales and success, who both know an account and two people, spelt alike."""
    here = stage(entities=ENTITIES)
    for name in ("sales", "success"):
        here[name].create("employee", number="1", name={"first_name": "Ada", "last_name": "Weber"})
        here[name].create("employee", number="2", name={"first_name": "Bo", "last_name": "Li"})
        here[name].create(name="Acme", domains=["acme.com"])
    return here


def assigned(desk, employee="employee-1", role="sales_rep", account="", **values):
    """Somebody has a role for an account in one system, the first one there if none is named."""
    account = account or desk.ids("account")[0]
    return desk.create("assignment", account=account, employee=employee, role=role, **values)


def settled(here):
    """The systems have met, and all is written."""
    here.meet()
    here.settle()
    return here


def test_the_same_relation_in_two_systems_is_one_record(two):
    """Nobody is asked, and nothing is made twice."""
    for name in ("sales", "success"):
        assigned(two[name])
        assigned(two[name], "employee-2")
    settled(two)
    assert [] == two.conflicts()
    assert 2 == len(two.records("assignment"))
    assert [2, 2] == [len(two[name].ids("assignment")) for name in ("sales", "success")]


def test_another_role_is_another_relation(two):
    """Each is carried to the other system."""
    assigned(two["sales"], role="sales_rep")
    assigned(two["success"], role="success_manager")
    settled(two)
    assert [] == two.conflicts()
    assert [2, 2] == [len(two[name].ids("assignment")) for name in ("sales", "success")]


def test_relations_are_never_guessed_from_what_else_they_say(two):
    """Two people with the same dates are two people."""
    assigned(two["sales"], "employee-1", from_date="2026-01-01")
    assigned(two["success"], "employee-2", from_date="2026-01-01")
    settled(two)
    assert [] == two.conflicts()
    assert 2 == len(two.records("assignment"))


def test_a_relation_twice_in_one_system_is_asked_about(two):
    """Twins are shown, never joined in silence."""
    assigned(two["sales"])
    assigned(two["sales"])
    two.meet()
    (conflict,) = two.conflicts()
    assert "a twin: a record with the same account, employee, role" in conflict.cause


def test_a_relation_waits_until_it_is_known_whom_it_relates(stage):
    """A person says whether two accounts are one; only then their relations can be one as well."""
    here = stage(entities=ENTITIES)
    for name, website in (("sales", "https://acme.com"), ("success", "https://acme.org")):
        here[name].create("employee", number="1", name={"first_name": "Ada", "last_name": "Weber"})
        here[name].create(name="Acme Industries", website=website)
        assigned(here[name])
    here.meet()
    (question,) = here.conflicts()
    assert 1 == len(here.records("assignment"))
    here.round()
    assert 1 == len(here.records("assignment"))
    here.decide(question, question.contenders[1].value, choice="same")
    here.settle()
    assert 1 == len(here.records("assignment"))
    assert [1, 1] == [len(here[name].ids("assignment")) for name in ("sales", "success")]


def test_a_relation_that_waits_is_told_of_with_its_reason(stage):
    """`kamsync check` lists it."""
    from kamsync.reports.waiting import waits

    here = stage("sales", entities=ENTITIES)
    here["sales"].create(name="Acme", domains=["acme.com"])
    assigned(here["sales"], "employee-9")
    here.meet()
    (wait,) = waits(here.hub, 10)
    assert ("assignment", "assignment-2") == (wait.entity, wait.what)
    assert "its employee is employee employee-9, which sales has never shown" in wait.reason


def test_a_relation_that_waits_keeps_no_other_from_being_created(two):
    """What refers to somebody unknown cannot be the one that is created."""
    assigned(two["success"], "employee-9")
    assigned(two["sales"])
    settled(two)
    assert 2 == len(two["success"].ids("assignment"))


def test_relations_of_accounts_that_are_merged_are_recognised_afterwards(two):
    """By the account that is left."""
    other = two["sales"].create(name="Acme Holding", domains=["acme-holding.com"])
    assigned(two["sales"], account=other)
    settled(two)
    two["sales"].merge(other, "account-3")
    two.settle()
    assigned(two["sales"])
    two.round()
    causes = [conflict.cause for conflict in two.conflicts()]
    assert any("the same account, employee, role" in cause for cause in causes)


def test_a_relation_is_created_only_where_all_that_it_relates_is(stage):
    """An assignment of nobody is none."""
    every = dict.fromkeys(ENTITIES, ("create", "update"))
    here = stage(entities=ENTITIES, allow={"success": {**every, "employee": ()}, "sales": every})
    here["sales"].create("employee", number="1", name={"first_name": "Ada", "last_name": "Weber"})
    here["sales"].create(name="Acme", domains=["acme.com"])
    assigned(here["sales"])
    here.meet()
    here.round()
    assert ([1], []) == ([len(here["success"].ids())], here["success"].ids("assignment"))
    here["success"].create("employee", number="1", name={"first_name": "Ada", "last_name": "Weber"})
    here.settle()
    assert 1 == len(here["success"].ids("assignment"))
