"""Merge: let what was read move the golden values, field by field, or become a conflict.

The pure `kamsync.merge` decides; here its questions are put together and its answers are kept. Read
`merge` first, which takes a batch of records; then `one_record`.
"""
