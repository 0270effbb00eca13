"""The parts that the adapters for Spark, Dask and Ray share."""
