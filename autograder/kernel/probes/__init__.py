"""One probe an exercise, named after it: `probe(answer, challenge, evidence)` fills the evidence.

A probe calls the answer on the challenge and records what came out. It decides nothing. It may use
TensorFlow, which is loaded by the probes that need it only.
"""
