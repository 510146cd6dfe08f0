"""``plan``: what a round would write, and why; nothing is written by it."""

ACCOUNT = {"name": "Nordwind GmbH", "domains": ["nordwind.de"]}


def test_a_plan_writes_nothing(hub):
    """It shows what would be written, and leaves every system as it is."""
    hub.anna.create("account", ACCOUNT)
    before = hub.state()

    result = hub.run("plan")

    assert 2 == result.exit_code
    assert "+ create  account" in result.stdout
    assert "1 to create, 0 to update, 0 to delete." in result.stdout
    assert before == hub.state()


def test_a_plan_without_writes_is_status_0(nordwind):
    """A script can ask whether everything agrees."""
    result = nordwind.run("plan")

    assert 0 == result.exit_code
    assert "Nothing to write: every system agrees." in result.stdout


def test_a_plan_counts_what_it_may_not_write_and_names_the_setting(nordwind):
    """Some operations are allowed, and what differs wants others."""
    text = nordwind.file.read_text()
    nordwind.configure(text.replace('["create", "update", "delete"]', '["create"]'))
    nordwind.anna.edit("account", "account-1", {"tier": "strategic"})
    nordwind.anna.create("contact", {"last_name": "Voss", "email": "m.voss@nordwind.de"})

    result = nordwind.run("plan", "--show", "success.account")
    nordwind.meet()
    after = nordwind.run("plan")

    assert 2 == result.exit_code
    assert 0 == after.exit_code
    for each in (result, after):
        assert "Not allowed: 1 success account to update." in each.stdout
        assert "add it to allow in [system.success]" in each.stdout
    assert "Nothing to write: 1 difference is not covered by what is allowed." in after.stdout


def test_what_may_not_be_written_is_counted_within_the_scope(nordwind):
    """Of what has left it, nothing would be written whatever is allowed."""
    text = nordwind.file.read_text()
    nordwind.anna.edit("account", "account-1", {"tier": "strategic"})
    update = text.replace('["create", "update", "delete"]', '["create"]')

    nordwind.configure(f"{update}\n[scope.account]\ntier = ['strategic']\n")
    inside = nordwind.document_of_plan()
    nordwind.configure(f"{update}\n[scope.account]\ntier = ['key']\n")
    outside = nordwind.document_of_plan()

    assert [1] == [each["count"] for each in inside["barred"]]
    assert [] == outside["barred"]


def test_a_plan_that_was_approved_before_is_told_with_its_round(nordwind):
    """By the number that `kamsync history` shows."""
    nordwind.anna.create("account", {"name": "Südwind AG", "domains": ["suedwind.de"]})
    plan = nordwind.document_of_plan()["plan"]
    nordwind.run("sync", "--approve", plan)

    result = nordwind.run("sync", "--approve", plan)

    number = nordwind.document("history")[1]["number"]
    assert 3 == result.exit_code
    assert f"already, in round {number};" in result.stderr


def test_a_plan_ends_with_what_to_do(hub):
    """The last line is the next command, with the id that it needs."""
    hub.anna.create("account", ACCOUNT)

    plan = hub.document_of_plan()

    last = hub.run("plan").stdout.splitlines()[-1]
    assert f"kamsync sync --approve {plan['plan']}" in last


def test_a_plan_says_who_said_what(nordwind):
    """Each change shows from what to what, and where it comes from."""
    nordwind.bo.edit("account", "account-1", {"tier": "strategic"})

    result = nordwind.run("plan")

    assert "— → strategic" in result.stdout
    assert "from Bo Li (in success)" in result.stdout


def test_a_plan_tells_scripts_the_same(nordwind):
    """The document names counts, changes and who said them."""
    nordwind.bo.edit("account", "account-1", {"tier": "strategic"})

    plan = nordwind.document("plan", status=2)

    [change] = plan["changes"]
    assert (0, 1, 0, 1) == tuple(plan[key] for key in ("creates", "updates", "deletes", "writes"))
    assert ("sales", "account", "update") == tuple(change[k] for k in ("system", "entity", "op"))
    assert ("account-1", "Nordwind GmbH") == (change["native_id"], change["label"])
    assert [[None], ["strategic"]] == [change["fields"]["tier"][k] for k in ("before", "after")]
    assert ("success", "Bo Li") == tuple(
        change["fields"]["tier"]["said"][k] for k in ("system", "person")
    )


def test_a_first_meeting_is_counted_field_by_field(hub):
    """Before anything is merged, it shows what agrees, what fills blanks and what is disputed."""
    hub.anna.create("account", {**ACCOUNT, "tier": "key", "phone": "+49301234567"})
    hub.bo.create("account", {**ACCOUNT, "phone": "+49307654321"})

    shown = hub.run("plan").stdout

    assert "First meeting with sales, success" in shown
    rows = {line.split()[0]: line.split()[1:5] for line in shown.splitlines() if "account." in line}
    assert ["0", "1", "0", "0"] == rows["account.tier"]
    assert ["1", "0", "0", "0"] == rows["account.name"]
    assert "1" == rows["account.phone"][3]
    assert "sales 1 · success 1" in shown


def test_a_plan_tells_new_conflicts_from_open_ones(disputed):
    """What would be held is not in the list of conflicts before the round was run."""
    disputed.anna.edit("account", "account-1", {"tier": "key"})
    disputed.bo.edit("account", "account-1", {"tier": "strategic"})

    plan = disputed.document_of_plan()

    assert (2, 1) == (plan["held"], plan["new"])
    assert "Held back: 2 conflicts, 1 of them new" in disputed.run("plan").stdout
    assert 1 == disputed.document("conflicts", "list")["total"]


def test_show_keeps_to_what_was_asked_for(nordwind):
    """A long plan is read part by part."""
    nordwind.bo.edit("account", "account-1", {"tier": "strategic"})
    nordwind.anna.edit("account", "account-1", {"phone": "+491111111"})

    def changes(selector):
        found = nordwind.document("plan", "--show", selector, status=2)["changes"]
        return {name for change in found for name in change["fields"]}

    assert {"tier"} == changes("sales")
    assert {"phone"} == changes("success.account")
    assert {"phone", "tier"} == changes("account")
    assert {"phone"} == changes("account.phone")
    assert {"phone", "tier"} == changes("Nordwind GmbH")
    assert (
        "No change of this plan fits 'nobody'." in nordwind.run("plan", "--show", "nobody").stdout
    )


def test_a_long_plan_is_cut_and_says_so(hub):
    """Nobody reads a thousand lines; --full shows them."""
    for number in range(30):
        hub.anna.create("account", {"name": f"Client {number}", "domains": [f"client{number}.de"]})

    short, full = hub.run("plan").stdout, hub.run("plan", "--full").stdout

    assert 20 == short.count("+ create success account")
    assert "10 more changes; --full shows them." in short
    assert 30 == full.count("+ create success account")
