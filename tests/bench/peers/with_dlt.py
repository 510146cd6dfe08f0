"""dlt: the same rows through a resource into DuckDB as parquet, or into SQLite, merged by their ids.

``python with_dlt.py SHAPE-DESTINATION ADDRESS COUNT FOLDER``; its own client reads, page by page.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SALESFORCE = "/services/data/v66.0/query"


def main() -> None:
    """Run one pipeline, and count what it loaded."""
    which, address, count, folder = sys.argv[1:]
    shape, _, target = which.partition("-")
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    import dlt

    key = "id" if shape == "hubspot" else "Id"
    rows = companies(address) if shape == "hubspot" else accounts(address)
    pipeline = dlt.pipeline(
        pipeline_name=which.replace("-", "_"),
        pipelines_dir=str(Path(folder) / f"{which}-pipelines"),
        destination=destination(target, Path(folder) / f"{which}.db"),
        dataset_name="bench",
    )
    made = dlt.resource(rows, name="account", primary_key=key, write_disposition="merge")
    more = {"loader_file_format": "parquet"} if target == "duckdb" else {}
    pipeline.run(made, **more).raise_on_failed_jobs()
    loaded = pipeline.last_trace.last_normalize_info.row_counts["account"]
    if loaded != int(count):
        raise SystemExit(f"{loaded} rows, not {count}")


def destination(target: str, path: Path) -> Any:
    """Return where it all goes."""
    import dlt

    if target == "duckdb":
        return dlt.destinations.duckdb(str(path))
    return dlt.destinations.sqlalchemy(f"sqlite:///{path}")


def companies(address: str) -> Iterator[list[Any]]:
    """Yield the pages of the portal."""
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    way = JSONResponseCursorPaginator(cursor_path="paging.next.after", cursor_param="after")
    client = RESTClient(address, paginator=way, data_selector="results")
    params = {"limit": "100", "archived": "false"}
    for page in client.paginate("/crm/v3/objects/companies", params=params):
        yield [{"id": each["id"], **each["properties"]} for each in page]


def accounts(address: str) -> Iterator[list[Any]]:
    """Yield the pages of the org."""
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator

    way = JSONLinkPaginator(next_url_path="nextRecordsUrl")
    client = RESTClient(address, paginator=way, data_selector="records")
    query = "SELECT FIELDS(ALL) FROM Account"
    for page in client.paginate(SALESFORCE, params={"q": query}):
        for each in page:
            del each["attributes"], each["LastModifiedBy"]
        yield list(page)


if __name__ == "__main__":
    main()
