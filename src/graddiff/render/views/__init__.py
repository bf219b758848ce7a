"""What is shown of derivatives and operations, as models that several formats print."""
