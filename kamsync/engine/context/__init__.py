"""What all phases share: what is to be known around some records, and what waits with them.

Which native id is which record, what is in scope, what is parked and why, which writes are on their way.
Nothing here knows which phase asks. Read `batches` first: it loads all of it for some records at once.
"""
