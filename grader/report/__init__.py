"""Reports: terminal, Gradescope, class page, pictures. Each draws from the saved result alone."""
