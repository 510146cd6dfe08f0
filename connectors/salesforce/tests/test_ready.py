"""The section that a new org begins with is right, as it stands and with its examples in effect."""

import re

import pytest

from kamsync.config import load_config, resolve
from kamsync.plugins import load_plugins
from kamsync_salesforce.connector import Salesforce

GIVEN = {"client_id": "3MVG9", "client_secret": "SALES_CLIENT_SECRET", "currency": "EUR"}
HEAD = """\
plugins = ["salesforce"]
[system.sales]
connector = "salesforce"
team = "sales"
"""


@pytest.mark.parametrize("examples", [False, True])
def test_a_new_section_applies(tmp_path, examples):
    """Nothing is allowed in it until somebody says so."""
    draft = Salesforce.draft()
    text = HEAD + draft.filled("sales", draft.with_defaults(GIVEN)).text
    if examples:
        text = re.sub(r"^#(?=[^ \n])", "", text, flags=re.MULTILINE)
    (tmp_path / "kamsync.toml").write_text(text, encoding="utf-8")
    key = tmp_path / "sales.key"
    key.write_text("made up\n")
    key.chmod(0o600)

    config = load_config(tmp_path / "kamsync.toml", {"SALES_CLIENT_SECRET": "made up"})
    plugins = load_plugins(config.plugins)

    maps = resolve(config, plugins).maps["sales"]
    expected = {"account", "contact", "employee", "assignment", "opportunity", "split"}
    assert expected == set(maps)
    assert examples == ("tier" in maps["account"].fields)
    assert examples == bool(config.system("sales").allow)
