"""What a transfer of MSGin5G costs the gateway, beside a bare ASGI application on the same server library."""
