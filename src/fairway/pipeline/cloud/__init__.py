"""The stages of an execution inside CodeBuild: the same work as on a server, by the same rooms, without one."""
