"""SCCP connectionless (Q.711-Q.714): addressing by global title, segmentation, return on error."""
