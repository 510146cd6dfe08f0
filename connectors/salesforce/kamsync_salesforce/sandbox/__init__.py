"""A sandbox that real clients take for a Salesforce org."""
