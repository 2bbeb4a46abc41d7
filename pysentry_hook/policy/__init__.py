"""The policy engine: from facts, policy and date to a verdict that explains itself."""
