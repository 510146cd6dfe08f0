"""The portal: what is defined in it and who works there, and what must be right before the first round.

Its properties, stages and owners are read and kept here; but for what `setup` makes, nothing is written. Read
`account` first, whose portal it is; then `catalogue`, its properties, and `checks`, what must be right.
"""
