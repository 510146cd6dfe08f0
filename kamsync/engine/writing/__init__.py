"""Write: carry out a plan, and find out what became of each of its writes.

What is sent is kept as an intent before, and counts only once a reading has shown it. Read `push` first;
then `resolve`, for the writes whose answer was lost.
"""
