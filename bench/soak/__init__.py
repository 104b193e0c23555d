"""Real processes killed with -9 at random moments while people report and move cases; then everything is counted."""
