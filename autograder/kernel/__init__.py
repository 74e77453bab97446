"""What runs beside the student's code: challenges read, answers probed, evidence written.

Nothing in this folder decides whether an answer is right, and nothing in it imports a judge.
"""
