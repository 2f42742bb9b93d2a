"""What administrators may do, and nobody else."""
