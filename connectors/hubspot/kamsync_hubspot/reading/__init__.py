"""Reading: everything at first, by ranges of ids, then what changed, and single records by their ids.

What HubSpot shows becomes what the contract calls a reading. Read `read` first; then `readings`, one record,
and `histories`, who changed it.
"""
