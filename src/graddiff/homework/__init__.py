"""Homework: problems whose answers graddiff computes, and students' answers, graded."""
