"""Fitted pipelines as ONNX graphs: a graph being built, what flows through it, and a converter for each step."""
