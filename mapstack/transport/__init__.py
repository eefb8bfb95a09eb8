"""Sockets under M3UA: kernel SCTP, and TCP where there is none."""

from mapstack.transport.association import AssociationSpec, Backoff, Transport, TransportUnavailable

__all__ = ["AssociationSpec", "Backoff", "Transport", "TransportUnavailable"]
