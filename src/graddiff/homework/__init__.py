"""Homework: problems whose answers graddiff computes, and what students answered, compared and explained."""
