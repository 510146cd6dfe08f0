"""The REST API: records, queries, describes, and calls that hold several others.

Each module has a table of the paths that it answers. Read `rows` first, single records; then `queries`.
"""
