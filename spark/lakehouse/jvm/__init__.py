"""What a local Spark needs of the machine: a Java, the jars, and an archive of loaded classes."""
