"""The forges' own APIs behind the forge port."""
