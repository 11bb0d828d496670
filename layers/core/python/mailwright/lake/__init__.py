"""S3 and Firehose: what is kept: quarantine, journal, lake."""
