"""TCAP: messages, components, the dialogue portion and the dialogue machine (Q.771-Q.774)."""
