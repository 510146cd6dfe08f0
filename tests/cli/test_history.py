"""What happened in a round, record by record."""


def test_a_round_names_each_record_once(nordwind):
    """What was merged and what was written stand in different places of the journal."""
    other = nordwind.anna.create("account", {"name": "Pinewood Foods"})
    assert 0 == nordwind.run("sync").exit_code
    for native_id, name in (("account-1", "Nordwind AG"), (other, "Pinewood Foods Ltd")):
        nordwind.anna.edit("account", native_id, {"name": name, "tier": "key"})
    assert 0 == nordwind.run("sync").exit_code
    number = nordwind.document("history")[0]["id"].removeprefix("round-")

    shown = nordwind.run("history", "--round", number, "--limit", "100").stdout

    headings = [line for line in shown.splitlines() if "  account-" in line and ":" not in line]
    assert 2 == len(headings)
    assert len(set(headings)) == len(headings)
    assert {"name", "tier"} <= set(shown.split())


def test_a_story_that_is_cut_says_so(nordwind):
    """Nobody takes the newest for everything."""
    for tier in ("key", "standard", "strategic"):
        nordwind.anna.edit("account", "account-1", {"tier": tier})
        assert 0 == nordwind.run("sync").exit_code

    cut = nordwind.run("history", "Nordwind GmbH", "--limit", "1").stdout
    whole = nordwind.run("history", "Nordwind GmbH", "--limit", "100").stdout

    assert "… and more before that; a larger --limit shows it." in cut
    assert "--limit" not in whole
