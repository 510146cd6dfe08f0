"""The records of an org: kept in SQLite, one table for each object."""
