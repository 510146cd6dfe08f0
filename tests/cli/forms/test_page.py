"""A report as a page: well-formed, inert, and good to print."""


def test_a_page_is_well_formed_and_no_value_of_it_is_markup(page):
    """A name that is a script is a name."""
    assert "<script>alert(1)</script>" in page.texts("th")
    assert "=1+1" in page.texts("td")
    assert r"https://example.org/ & 'more' \x1b[31m" in page.texts("td")
    assert ["Deals & <more>"] == page.texts("title")
    assert [] == page.all("script", "img", "link", "iframe", "object", "form", "base", "more")


def test_a_page_loads_nothing_runs_nothing_and_leads_nowhere_else(page):
    """It is one file, and forbids itself all else."""
    attributes = [(name, value) for _, attrs, _ in page.elements for name, value in attrs.items()]
    policy = next(attrs for attrs, _ in page.all("meta") if "http-equiv" in attrs)

    assert [] == [
        name for name, _ in attributes if name.startswith("on") or name in {"src", "style"}
    ]
    assert {"#g0", "#g1"} == {value for name, value in attributes if name == "href"}
    assert policy["content"].startswith("default-src 'none'; ")
    assert "url(" not in page.texts("style")[0]
    assert "@import" not in page.texts("style")[0]


def test_a_page_has_a_heading_with_count_and_sums_for_each_group(page):
    """Whoever scans it sees where the most is."""
    assert ["won", "open", "What the columns mean"] == page.texts("h2")
    assert "4 deals in 2 groups, as of " in page.texts("p")[0]
    assert "3 deals · amount 1,002.50 EUR, 4.00 USD in all" == page.texts("p")[1]
    assert "1 deal · amount -20.00 EUR in all" == page.texts("p")[2]
    assert ["won (3 deals)", "open (1 deal)"] == page.texts("li")


def test_a_page_can_be_listened_to(page):
    """A language, titles of columns and of rows, and names for what can be scrolled."""
    ids = {attrs["id"] for _, attrs, _ in page.elements if "id" in attrs}

    assert "en" == page.all("html")[0][0]["lang"]
    assert {"col", "row", "rowgroup"} == {attrs["scope"] for attrs, _ in page.all("th")}
    assert {attrs["aria-labelledby"] for attrs, _ in page.all("table")} <= ids
    assert ["Deals & <more>"] == page.texts("h1")


def test_a_page_says_once_what_a_thing_says_once(page):
    """Its rows stand beside it."""
    [(attrs, _)] = [each for each in page.all("th") if "script" in each[1]]

    assert ("rowgroup", "2") == (attrs["scope"], attrs["rowspan"])
    assert 1 == page.texts("td").count("1,000.50 EUR")


def test_a_page_prints_its_titles_on_every_sheet_and_tears_nothing(page):
    """On paper nobody scrolls."""
    printed = page.texts("style")[0].partition("@media print")[2]

    assert "thead { display: table-header-group; }" in printed
    assert "tr, tbody { break-inside: avoid; }" in printed
    assert "h1, h2, h2 + p { break-after: avoid; }" in printed


def test_an_empty_report_is_a_page_too(deals):
    """No news is told as well."""
    shown = deals.run("report", "empty", "--html", "-").stdout

    assert "<p>There is nothing to show.</p>" in shown


def test_a_column_in_which_a_group_says_nothing_takes_no_room(page):
    """Paper is narrow; another group may say something there."""
    won, still_open = (page.texts("thead")[at] for at in (0, 1))

    assert "dealamountclosesbonussaid" == won
    assert "dealamountsaid" == still_open


def test_a_word_without_end_is_broken_and_a_time_is_not(page):
    """So that a page is no wider than its paper, and a time stays one."""
    classes = {text: attrs.get("class") for attrs, text in page.all("th", "td")}

    assert "long" == classes["<script>alert(1)</script>"]
    assert "time" == classes["2026-12-31"]
    assert "number" == classes["1,000.50 EUR"]
    assert classes["two\nlines"] is None
