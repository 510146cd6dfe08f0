"""Match: tell which record a native record is, and keep what records are recognised by.

What is sure is linked, what is not sure becomes a question, and the rest are records of their own. Read
`match` first.
"""
