"""`tf-helper doctor`: follows the path of a real request, step by step, and says where it ends and what to do."""
