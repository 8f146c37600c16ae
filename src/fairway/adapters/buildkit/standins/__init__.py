"""The Dockerfiles of the stand-ins for official base images, and how each name is read."""
