"""SoftCart lakehouse: raw orders to a star schema, the same code on a laptop and in the cloud."""
