"""What an org says about itself: its objects, their fields and how both are described."""
