"""The messages of DistortSignals as Python types: mirrors of contracts/schemas, with the same verdicts."""
