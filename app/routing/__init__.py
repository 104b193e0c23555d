"""Who gets it: unit and area (and any field) to a role, a role to the people who hold it today, with the reasons."""
