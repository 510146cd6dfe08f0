"""What ships for whoever writes a connector: the conformance suite and ready faults."""
