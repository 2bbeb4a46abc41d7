"""The resolvers, as real programs against an index of the tests."""
