"""Misbehaviour as data: rules that meddle with what elements send and hear, on either clock (DESIGN §10)."""
