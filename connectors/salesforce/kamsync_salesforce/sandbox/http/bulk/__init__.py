"""The Bulk APIs: jobs that take or give many rows as files.

Read `ingest` and `extract` first, which are version 2.0; `v1` is the older one.
"""
