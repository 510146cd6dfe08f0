"""What every phase of a round needs to know of records beyond themselves, and keeps of them.

Which native id is which record, what is in scope, what waits and why, which writes are on their way.
Nothing here knows which phase asks. Read `batches` first: it loads all of it for some records at once.
"""
