"""What targets cost before they are made: jobs, CPU time, memory, disk, from records."""
