"""What saving promises, tried against everything that goes wrong between a keyboard and a disk."""
