"""What an org asks of a record before it takes it; each rule refuses as the real one does."""
