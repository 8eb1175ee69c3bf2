"""How messages leave: one contract for every transport, each against a stand-in of its provider."""
