"""M3UA (RFC 4666): the adaptation that carries MTP3 users over an association."""
