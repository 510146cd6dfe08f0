"""The migrations of the store, run by Alembic in one transaction when a store is opened.

A change of `kamsync.store.tables` comes with a revision in ``versions``, named ``rNNNN_what.py``, and
with its number as `kamsync.store.migrate.HEAD`. Tests hold that the revisions make the same tables and
indexes as the code. A revision that was released is never edited.
"""
