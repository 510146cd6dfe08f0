"""Log in: the options that say how, and each way to a session, the sign-in in a browser among them.

What is got is a token, which the session takes. Read `options` first; then `login`, the ways.
"""
