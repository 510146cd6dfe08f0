"""Plan: the exact writes that would make every system agree with golden, and who lets them through.

Nothing is sent from here. Read `plan` first, which makes a plan; then `approving`, which stops it where
somebody has to be asked.
"""
