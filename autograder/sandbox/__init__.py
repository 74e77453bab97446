"""The fence round a submission's kernel, on Linux; THREAT_MODEL.md says what it defends.

Nothing in this folder imports a judge, nbgrader or TensorFlow.
"""
