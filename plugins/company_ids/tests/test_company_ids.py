import pytest

from kamsync.plugins import load_plugins
from kamsync.schema import Entity, Field, Schema, Type
from kamsync_company_ids import FIELDS, company_keys

NAME = Field("name", Type.TEXT, "What the client is called.")


@pytest.fixture
def plugins():
    return load_plugins(["company_ids"])


def test_the_numbers_are_fields_of_an_account(plugins):
    """They stand beside what the account had, and the plugin is whole."""
    core = Schema({"account": Entity("account", "A client.", {"name": NAME})})

    extended = plugins.schema(core)

    assert ["name", *FIELDS] == list(extended.entity("account").fields)
    assert [] == plugins.broken


def test_well_formed_numbers_are_keys(plugins):
    """Each key names its kind, so that nine digits of one kind never meet those of another."""
    values = {"vat_id": "DE 811 128 135", "duns": "15-048-3782", "lei": "5493001KJTIIGC8Y1R12"}

    keys = [key for maker in plugins.key_makers() for key in maker("account", values)]

    assert ["vat:DE811128135", "duns:150483782", "lei:5493001KJTIIGC8Y1R12"] == keys


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"vat_id": None, "duns": None, "lei": None},
        {"vat_id": "n/a", "duns": "unknown", "lei": "5493001KJTIIGC8Y1R13"},
        {"registry_number": "HRB 1234"},
    ],
)
def test_what_is_missing_or_mistyped_is_no_key(values):
    """A typing error must not tie two companies together."""
    assert [] == list(company_keys("account", values))


def test_other_entities_have_no_company_number():
    """A field of the same name elsewhere is somebody else's."""
    assert [] == list(company_keys("contact", {"duns": "150483782"}))
