"""The rule language at run time: the tree that content is compiled to, and its evaluation for one profile."""
