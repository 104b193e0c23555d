"""A backup of all that an installation keeps, in one file; and the way back, on which no mail is sent twice."""
