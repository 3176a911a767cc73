"""Local stand-ins for the cloud: AWS on this machine, and what runs a deployed Glue workflow there."""
