"""Log in: what clients are known, how they get a token, and which sessions are good.

Read `oauth` first.
"""
