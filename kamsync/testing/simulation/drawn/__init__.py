"""All that is drawn from the tape: numbers, and from them the setting, its systems and the faults of a step.

Whatever is chance in a history comes through here, so that the same tape gives the same history. Read
`choices` first; then `setting`, and `faults`.
"""
