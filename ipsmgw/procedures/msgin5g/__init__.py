"""What is decided of messages of the MSGin5G service, and of who is in it (TS 23.554, TS 29.538)."""
