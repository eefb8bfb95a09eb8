"""The lab's MSGin5G service: server, clients and application servers (TS 23.554), without any socket."""
