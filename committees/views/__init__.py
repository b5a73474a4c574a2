"""The pages of bodies, their members, their papers and their absences."""
