"""How a message leaves: one port, a transport for each provider, and the console twin that stands in for all."""
