"""A second opinion, optional: an OpenAI-compatible endpoint judges public replies by the same rubric, in a job."""
