"""What people type about customers, absences and files, made into values."""
